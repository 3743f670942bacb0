import { secretsOf, redactCredentials, type SpecWithParameters } from './secret-parameters.ts';
import { cut, maxMessageLength } from './text.ts';

/** Makes a text that others have written fit to be repeated. */
export type Redact = (text: string) => string;

/** Runs of this length are long enough to recognise a value by; shorter ones are parts of any text. */
const shortestRun = 4;

/** Characters of a run that are looked for: a text that has so many of them in a row quotes a part of it. */
const windowLength = 8;

/**
 * A redactor for texts that others have written about an execution: the API server and admission webhooks quote what they
 * do not like, and Tekton what it has read. Quoting can change a value in many ways (escapes, trimmed white space), but not
 * its runs of letters and digits. A text that may quote a secret value is withheld as a whole; in all others, credentials
 * that are recognised by their shape are masked.
 *
 * A text costs time in proportion to its length, however many secrets there are.
 */
export function redactorFor(spec: SpecWithParameters): Redact {
  let quotations: Quotations | undefined;
  return (whole) => {
    const text = cut(whole, maxMessageLength);
    // Mostly there is nothing to redact, and one is made for each call to the API server.
    quotations ??= quotationsOf(spec);
    const parameter = quotedIn(text, quotations);
    return parameter === undefined
      ? redactCredentials(text)
      : `(withheld: it may quote the value of the secret parameter ${parameter})`;
  };
}

/** What secret values are recognised by, each with the parameter that it is of. */
interface Quotations {
  /** A parameter with a value of which no quotation is certain to be found. */
  readonly anything?: string;
  /** Values of less than {@link shortestRun} letters and digits, and parts of the others, in lower case. */
  readonly parts: ReadonlyMap<string, string>;
  /** The lengths of the parts of values; a value of fewer characters is found as a word. */
  readonly lengths: readonly number[];
}

function quotationsOf(spec: SpecWithParameters): Quotations {
  const parts = new Map<string, string>();
  const lengths = new Set<number>();
  let anything: string | undefined;
  // The last one stays: of several parameters, the first is named.
  for (const { parameter, text } of secretsOf(spec).toReversed()) {
    if (text.trim() === '') continue;
    const run = longestRun(text).toLowerCase();
    const length = Math.min(run.length, windowLength);
    if (run.length < shortestRun && run.length < text.length) anything = parameter;
    else if (run.length < shortestRun) parts.set(run, parameter);
    else {
      lengths.add(length);
      for (const part of windowsOf(run, length)) parts.set(part, parameter);
    }
  }
  return { anything, parts, lengths: [...lengths] };
}

/** The parameter whose secret value a text may quote. */
function quotedIn(text: string, { anything, parts, lengths }: Quotations): string | undefined {
  if (anything !== undefined && text !== '') return anything;
  if (parts.size === 0) return undefined;
  for (const run of text.toLowerCase().match(/[a-z0-9]+/g) ?? []) {
    const candidates = run.length < shortestRun ? [run] : lengths.flatMap((length) => windowsOf(run, length));
    const part = candidates.find((candidate) => parts.has(candidate));
    if (part !== undefined) return parts.get(part);
  }
  return undefined;
}

function longestRun(value: string): string {
  return [...value.matchAll(/[A-Za-z0-9]+/g)]
    .map(([run]) => run)
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

function windowsOf(run: string, length: number): string[] {
  return Array.from({ length: Math.max(0, run.length - length + 1) }, (_, at) => run.slice(at, at + length));
}
