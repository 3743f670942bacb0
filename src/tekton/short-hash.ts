import { createHash } from 'node:crypto';

/** Twelve hexadecimal digits (48 bits) of a text's SHA-256: enough to tell names apart, short enough to read. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
