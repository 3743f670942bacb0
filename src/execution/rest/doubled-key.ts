import { parseJson } from '../../kubernetes/json.ts';

/**
 * The first key that an object in a JSON text has twice, with the keys that lead to it; undefined when there is none.
 * `JSON.parse` would take the last value in silence. A text that is not JSON is for the parser to refuse.
 */
export function doubledKey(json: string): readonly string[] | undefined {
  const open: { readonly keys?: Set<string>; key: string }[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{') open.push({ keys: new Set(), key: '' });
    else if (character === '[') open.push({ key: '' });
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      const inner = open.at(-1);
      if (inner?.keys !== undefined && isKey(json, end)) {
        const key = parseJson(json.slice(at, end));
        inner.key = typeof key === 'string' ? key : '';
        if (inner.keys.has(inner.key)) return open.map((one) => one.key).filter((one) => one !== '');
        inner.keys.add(inner.key);
      }
      at = end - 1;
    }
  }
  return undefined;
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
