import { secretsOf, redactCredentials, type SpecWithParameters } from './secret-parameters.ts';
import { truncate, maxMessageLength } from './text.ts';

/** Redacts a text of another component. */
export type Redact = (text: string) => string;

/** Minimum length of an alphanumeric run that identifies a value; shorter ones occur in any text. */
const shortestRun = 4;

/** Number of consecutive characters of a run that count as a quotation. */
const windowLength = 8;

/**
 * A redactor for texts about an execution: the API server, admission webhooks and Tekton quote its values, escaped or trimmed,
 * but with their runs of letters and digits. A text that may quote a secret is withheld as a whole; in other texts,
 * recognizable credentials are masked. The time is linear in the length of the text, however many secrets there are.
 */
export function redactorFor(spec: SpecWithParameters): Redact {
  let quotations: Quotations | undefined;
  return (whole) => {
    const text = truncate(whole, maxMessageLength);
    // Lazy: a redactor is created for each request to the API server, and seldom used.
    quotations ??= quotationsOf(spec);
    const parameter = quotedIn(text, quotations);
    return parameter === undefined
      ? redactCredentials(text)
      : `(withheld: it may quote the value of the secret parameter ${parameter})`;
  };
}

/** What identifies secret values, with their parameters. */
interface Quotations {
  /** A parameter whose value has no run to search for, so that any text may quote it. */
  readonly anything?: string;
  /** Values shorter than {@link shortestRun}, and windows of the others, in lower case. */
  readonly parts: ReadonlyMap<string, string>;
  readonly lengths: readonly number[];
}

function quotationsOf(spec: SpecWithParameters): Quotations {
  const parts = new Map<string, string>();
  const lengths = new Set<number>();
  let anything: string | undefined;
  // Reversed, so that the first of several parameters is named.
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
