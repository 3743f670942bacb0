// What came of mutation testing: a score over all mutants, less those that are listed as equivalent.

/** A mutant and what became of it; line and column count from 1. */
export interface TestedMutant {
  /** Path of its file in the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  /** The line of code that it begins in, without its indentation. */
  readonly code: string;
  /** The part that is replaced, in one line. */
  readonly original: string;
  readonly replacement: string;
  readonly status: string;
}

/** A mutant that behaves like the code that it was made of: no test can tell them apart. */
export interface EquivalentMutant {
  readonly file: string;
  readonly code: string;
  readonly original: string;
  readonly replacement: string;
  /** Why nobody can see the difference. */
  readonly reason: string;
}

/** The mutants of one file, by what became of them. */
export interface FileScore {
  readonly file: string;
  readonly killed: number;
  readonly survived: number;
  readonly equivalent: number;
}

/** What a run came to. */
export interface Score {
  readonly files: readonly FileScore[];
  /** Those that no test has killed and that are not listed as equivalent. */
  readonly survivors: readonly TestedMutant[];
  /** Entries of the list that fit no mutant that survived, of files that were tested. */
  readonly outdated: readonly EquivalentMutant[];
  /** Killed of all that are not equivalent, in per cent. */
  readonly percent: number;
}

const killed: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
/** Not mutated at all, or code that cannot be run. */
const uncounted: ReadonlySet<string> = new Set(['Ignored', 'CompileError', 'RuntimeError']);

/** Scores a run. A mutant that no test reaches counts as one that survived. */
export function scoreOf(mutants: readonly TestedMutant[], equivalents: readonly EquivalentMutant[]): Score {
  const counted = mutants.filter(({ status }) => !uncounted.has(status));
  const alive = counted.filter(({ status }) => !killed.has(status));
  const isListed = (mutant: TestedMutant) => equivalents.some((equivalent) => isSame(equivalent, mutant));
  const survivors = alive.filter((mutant) => !isListed(mutant));
  const byFile = Object.entries(Object.groupBy(counted, ({ file }) => file));
  const files = byFile.map(([file, all = []]) => {
    const [left, lost] = [count(alive, file), count(survivors, file)];
    return { file, killed: all.length - left, survived: lost, equivalent: left - lost };
  });
  const [died, lived] = [counted.length - alive.length, survivors.length];
  return {
    files: files.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    survivors,
    outdated: equivalents.filter(
      (each) => files.some(({ file }) => file === each.file) && !alive.some((mutant) => isSame(each, mutant)),
    ),
    percent: percentOf(died, lived),
  };
}

/** The share of the killed, in per cent; all of none is 100. */
export function percentOf(killedOnes: number, survived: number): number {
  return killedOnes + survived === 0 ? 100 : (100 * killedOnes) / (killedOnes + survived);
}

/** The code in one line, as it stands in the list of equivalent mutants. */
export function oneLine(code: string): string {
  return code.replace(/\s+/g, ' ').trim();
}

function count(mutants: readonly TestedMutant[], inFile: string): number {
  return mutants.filter(({ file }) => file === inFile).length;
}

function isSame(equivalent: EquivalentMutant, mutant: TestedMutant): boolean {
  const { file, code, original, replacement } = equivalent;
  const isThere = file === mutant.file && code === mutant.code;
  return isThere && original === mutant.original && replacement === mutant.replacement;
}
