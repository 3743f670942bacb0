import { readFileSync } from 'node:fs';
import { isRecord, parseJson, stringOf } from './json.ts';

/** `name/version` of the package this file belongs to (two folders up, both in `src` and in `dist`). */
export function packageUserAgent(): string {
  return `${stringOf(manifest()['name']) ?? 'unnamed'}/${packageVersion()}`;
}

/** The version of that package. */
export function packageVersion(): string {
  return stringOf(manifest()['version']) ?? '0.0.0';
}

function manifest(): Record<string, unknown> {
  const read = parseJson(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (!isRecord(read)) throw new Error('package.json is not a JSON object');
  return read;
}
