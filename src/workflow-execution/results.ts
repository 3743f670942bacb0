import type { Result } from './generated/workflow-execution.ts';
import { redactorFor } from './redact.ts';
import { masked, redactParameters, type SpecWithParameters } from './secret-parameters.ts';
import { truncate } from './text.ts';

/** Maximum size of the results of an execution in the CRD: names and values together, in bytes of UTF-8. */
export const maxResultBytes = 4_096;

/** Maximum number of results in the CRD. */
export const maxResults = 64;

/** Maximum length of a name in the CRD, in characters. */
const maxNameLength = 253;

/** Ends a value that is cut; as a result of its own, it stands for those left out. */
const mark = '…';
const leftOut: Result = { name: mark, value: mark };
const [markBytes, leftOutBytes] = [bytesOf(mark), 2 * bytesOf(mark)];

/**
 * The results that an execution records, in order, as far as the CRD has room for them. A value is cut after white space or
 * punctuation, so that no part of a secret is left that could no longer be recognized as one.
 */
export function limitResults(results: readonly Result[]): readonly Result[] {
  const named = results.map(({ name, value }) => ({ name: truncate(name, maxNameLength), value }));
  if (named.length <= maxResults && named.reduce((sum, one) => sum + sizeOf(one), 0) <= maxResultBytes) return named;
  const kept: Result[] = [];
  let left = maxResultBytes - leftOutBytes;
  for (const result of named.slice(0, maxResults - 1)) {
    const isWhole = sizeOf(result) <= left;
    const room = left - bytesOf(result.name) - markBytes;
    if (isWhole) kept.push(result);
    else if (room >= 0) kept.push({ name: result.name, value: `${cut(result.value, room)}${mark}` });
    if (!isWhole) break;
    left -= sizeOf(result);
  }
  return kept.length === named.length ? kept : [...kept, leftOut];
}

/** The results of an execution without secrets: those of its parameters, and those that their names or formats give away. */
export function redactResults(results: readonly Result[], spec: SpecWithParameters): readonly Result[] {
  const redact = redactorFor(spec);
  return limitResults(
    results.map(({ name, value }) => {
      // As for a parameter of that name.
      const parameter = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
      const parameters = redactParameters({ ...spec, parameters: { [parameter]: redact(value) } });
      return { name, value: parameters[parameter] ?? masked };
    }),
  );
}

function sizeOf({ name, value }: Result): number {
  return bytesOf(name) + bytesOf(value);
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

const delimiters = [' ', '\t', '\n', '\r', '"', "'", '`', ',', ';'];

function cut(value: string, bytes: number): string {
  // A character has at least one byte. Decoding as a part of a stream leaves out an incomplete last character.
  const start = Buffer.from(value.slice(0, bytes)).subarray(0, bytes);
  const text = new TextDecoder().decode(start, { stream: true });
  return text.slice(0, Math.max(...delimiters.map((delimiter) => text.lastIndexOf(delimiter))) + 1);
}
