import { parseJson } from '../../kubernetes/json.ts';
import type { FieldViolation } from '../errors/api-error.ts';
import { plainLimits } from '../validation/plain-json.ts';

/** Levels at which a text is refused before it is parsed; what is a little too deep is refused with its path later. */
const maxScannedDepth = 2 * plainLimits.depth;

/**
 * What is wrong with a JSON text that `JSON.parse` would not say: it takes the last value of a key that is given twice in
 * silence, and needs more than a moment for very many or very deep values. A text that is not JSON is for the parser to
 * refuse.
 */
export function inspectJson(json: string): FieldViolation | undefined {
  const open: Container[] = [];
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at] ?? '';
    move(open, character);
    if (',{['.includes(character)) values++;
    const limit = brokenLimit(values, open.length);
    if (limit !== undefined) return { path: [], message: limit };
    if (character !== '"') continue;
    const end = endOfString(json, at);
    if (isKey(json, end) && !addKey(open.at(-1), json.slice(at, end))) {
      return { path: pathOf(open), message: 'is given twice' };
    }
    at = end - 1;
  }
  return undefined;
}

/** Goes into an object or a list, or out of it. */
function move(open: Container[], character: string): void {
  if (character === '{') open.push({ keys: new Set(), key: '' });
  else if (character === '[') open.push({ key: '' });
  else if (character === '}' || character === ']') open.pop();
}

/** A value follows each comma, and each container but the root is a value: what is both counts twice. */
function brokenLimit(commasAndContainers: number, depth: number): string | undefined {
  if (commasAndContainers > 2 * plainLimits.values) return plainLimits.tooManyValues;
  return depth > maxScannedDepth ? plainLimits.tooDeep : undefined;
}

/** An object or a list that the scan is within. */
interface Container {
  /** Of an object, as far as they have come. */
  readonly keys?: Set<string>;
  /** Of the value that the scan is in. */
  key: string;
}

/** Takes a key in; false when the object has it already. */
function addKey(object: Container | undefined, literal: string): boolean {
  const key = parseJson(literal);
  if (object?.keys === undefined || typeof key !== 'string') return true;
  object.key = key;
  return object.keys.size < object.keys.add(key).size;
}

function pathOf(open: readonly Container[]): string[] {
  return open.map(({ key }) => key).filter((key) => key !== '');
}

/** The place after the closing quote of a string. */
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
