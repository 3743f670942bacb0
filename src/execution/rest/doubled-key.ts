import { parseJson } from '../../kubernetes/json.ts';

/**
 * The first key that an object in a JSON text has twice, with the keys that lead to it; undefined when there is none.
 * `JSON.parse` would take the last value in silence. A text that is not JSON is for the parser to refuse.
 */
export function doubledKey(json: string): readonly string[] | undefined {
  const open: Container[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{') open.push({ keys: new Set(), key: '' });
    else if (character === '[') open.push({ key: '' });
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const end = endOfString(json, at);
    if (isKey(json, end) && !addKey(open.at(-1), json.slice(at, end))) return pathOf(open);
    at = end - 1;
  }
  return undefined;
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
