import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../kubernetes/json.ts';
import { ApiError, invalidArgument } from '../errors/api-error.ts';
import type { FieldViolation } from '../errors/api-error.ts';
import { plainJsonLimits } from '../validation/validation.pipe.ts';

/**
 * Refuses JSON that parsers read differently (RFC 8259): `JSON.parse` replaces what is not UTF-8 by U+FFFD and takes the
 * last of several values of a key.
 *
 * @throws ApiError UnsupportedMediaType for another charset; InvalidArgument
 */
export function assertStrictJson(body: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw new ApiError('UnsupportedMediaType', `the charset must be utf-8, not ${charset}`);
  if (!isUtf8(body)) throw new ApiError('InvalidArgument', 'the body is not UTF-8');
  const violation = jsonViolation(body.toString('utf8'));
  if (violation !== undefined) throw invalidArgument([violation]);
}

/** An object or a list around the scanned position. */
interface Container {
  /** Keys of an object so far. */
  readonly keys: Set<string>;
  /** Key of the current value. */
  key: string;
}

/**
 * Scans a JSON text for repeated keys, and for more or deeper values than {@link plainJsonLimits} allow. A text that is not
 * JSON is left to the parser.
 */
export function jsonViolation(json: string): FieldViolation | undefined {
  const open: Container[] = [];
  let [values, keys] = [0, 0];
  for (let at = 0; at < json.length; at++) {
    const character = json[at] ?? '';
    if ('{['.includes(character)) open.push({ keys: new Set(), key: '' });
    if ('}]'.includes(character)) open.pop();
    if (open.length > plainJsonLimits.depth) return { path: pathOf(open), message: plainJsonLimits.tooDeep };
    // A container counts once more than the values in it.
    if (',{['.includes(character) && ++values > plainJsonLimits.values) {
      return { path: [], message: plainJsonLimits.tooManyValues };
    }
    if (character !== '"') continue;
    const end = endOfString(json, at);
    if (isKey(json, end)) {
      // Valid JSON has as many values, but this may not be valid.
      if (++keys > plainJsonLimits.values) return { path: [], message: plainJsonLimits.tooManyValues };
      if (!addKey(open.at(-1), json.slice(at, end))) return { path: pathOf(open), message: 'is given twice' };
    }
    at = end - 1;
  }
  return undefined;
}

/** False if the object has the key already. */
function addKey(object: Container | undefined, literal: string): boolean {
  const key = parseJson(literal);
  if (object === undefined || typeof key !== 'string') return true;
  object.key = key;
  return object.keys.size < object.keys.add(key).size;
}

/** Without the positions in lists. */
function pathOf(open: readonly Container[]): string[] {
  return open.map(({ key }) => key).filter((key) => key !== '');
}

/** The position after the closing quote. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at++;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

function isKey(json: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(json[at] ?? 'x')) at++;
  return json[at] === ':';
}
