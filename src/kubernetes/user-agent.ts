import { readFileSync } from 'node:fs';
import { isRecord, parseJson, stringOf } from './json.ts';

/** `name/version` of the package this file belongs to (two folders up, both in `src` and in `dist`). */
export function packageUserAgent(): string {
  const manifest = parseJson(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (!isRecord(manifest)) throw new Error('package.json is not a JSON object');
  return `${stringOf(manifest['name']) ?? 'unnamed'}/${stringOf(manifest['version']) ?? '0.0.0'}`;
}
