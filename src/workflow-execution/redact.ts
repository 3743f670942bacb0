import { secretsOf, withoutCredentials, type SecretText, type SpecWithParameters } from './secret-parameters.ts';
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
 */
export function redactorFor(spec: SpecWithParameters): Redact {
  let secrets: readonly { readonly parameter: string; readonly isQuotedIn: (text: string) => boolean }[] | undefined;
  return (whole) => {
    const text = cut(whole, maxMessageLength);
    // Mostly there is nothing to redact, and one is made for each call to the API server.
    secrets ??= secretsOf(spec)
      .filter(({ text }) => text.trim() !== '')
      .map((secret) => ({ ...secret, isQuotedIn: quotationOf(secret.text) }));
    const quoted = secrets.filter(({ isQuotedIn }) => isQuotedIn(text)).map(({ parameter }) => parameter);
    return quoted.length === 0 ? withoutCredentials(text) : withheld([...new Set(quoted)]);
  };
}

function withheld([first, ...more]: readonly SecretText['parameter'][]): string {
  const others = more.length === 0 ? '' : ` or ${more.length} more`;
  return `(withheld: it may quote the value of the secret parameter ${first}${others})`;
}

/** Whether a text may quote a value, which is not blank. */
function quotationOf(value: string): (text: string) => boolean {
  const run = longestRun(value).toLowerCase();
  if (run.length >= shortestRun) return (text) => hasPartOf(run, text.toLowerCase());
  // Found as a word. Of a value of nothing but short runs and other characters no quotation is certain to be found.
  if (run.length === value.length) return (text) => new RegExp(`(?<![a-z0-9])${run}(?![a-z0-9])`, 'i').test(text);
  return (text) => text !== '';
}

function longestRun(value: string): string {
  return [...value.matchAll(/[A-Za-z0-9]+/g)]
    .map(([run]) => run)
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

function hasPartOf(run: string, text: string): boolean {
  const length = Math.min(run.length, windowLength);
  const windows = new Set(windowsOf(text, length));
  return windowsOf(run, length).some((window) => windows.has(window));
}

function windowsOf(text: string, length: number): string[] {
  const count = Math.max(0, text.length - length + 1);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + length));
}
