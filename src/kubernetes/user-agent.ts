import { readFileSync } from 'node:fs';
import { isRecord, parseJson, stringOf } from './json.ts';

/** `name/version` of this package. */
export function packageUserAgent(): string {
  return `${stringOf(manifest()['name']) ?? 'unnamed'}/${packageVersion()}`;
}

/** The version of this package. */
export function packageVersion(): string {
  return stringOf(manifest()['version']) ?? '0.0.0';
}

/** package.json is two folders up, in `src` and in `dist`. */
function manifest(): Record<string, unknown> {
  const read = parseJson(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (!isRecord(read)) throw new Error('package.json is not a JSON object');
  return read;
}
