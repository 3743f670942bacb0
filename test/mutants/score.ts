// The mutation score, without mutants that are listed as equivalent.

/** A mutant and its result; lines and columns are 1-based. */
export interface TestedMutant {
  /** Path of its file in the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  /** Its first line of code, without indentation. */
  readonly code: string;
  /** The replaced code in one line. */
  readonly original: string;
  readonly replacement: string;
  readonly status: string;
}

/** A mutant that behaves like the original, so no test can kill it. */
export interface EquivalentMutant {
  readonly file: string;
  readonly code: string;
  readonly original: string;
  readonly replacement: string;
  /** Why there is no observable difference. */
  readonly reason: string;
}

/** The mutants of one file by result. */
export interface FileScore {
  readonly file: string;
  readonly killed: number;
  readonly survived: number;
  readonly equivalent: number;
}

/** Result of a run. */
export interface Score {
  readonly files: readonly FileScore[];
  /** Surviving mutants that are not listed as equivalent. */
  readonly survivors: readonly TestedMutant[];
  /** List entries of tested files that match no surviving mutant. */
  readonly outdated: readonly EquivalentMutant[];
  /** Percentage of non-equivalent mutants that were killed. */
  readonly percent: number;
}

const killed: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
/** Not mutated, or not runnable. */
const uncounted: ReadonlySet<string> = new Set(['Ignored', 'CompileError', 'RuntimeError']);

/** Scores a run. Mutants without coverage count as survived. */
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

/** Percentage killed; 100 if there are none. */
export function percentOf(killedOnes: number, survived: number): number {
  return killedOnes + survived === 0 ? 100 : (100 * killedOnes) / (killedOnes + survived);
}

/** Code in one line, as in the list of equivalent mutants. */
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
