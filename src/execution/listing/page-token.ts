import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { invalidField } from '../errors/api-error.ts';
import type { ListFilter } from '../execution.types.ts';
import { canonicalJson } from '../idempotency/canonical-json.ts';

/**
 * The place of an execution in a list: what the list is ordered by, from the first to the last key. No two executions
 * have the same.
 */
export interface Position {
  /** RFC 3339, in seconds and UTC, so that the order of texts is the order of times. */
  readonly creationTimestamp: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a token is good for: changed in any part, the list is another one. */
export interface ListScope {
  readonly namespace?: string;
  readonly filter: ListFilter;
}

/** Newest first; executions of the same second by namespace, name and UID. Negative when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return (
    compareText(b.creationTimestamp, a.creationTimestamp) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}

/** Bytes of the signature in a token: HMAC-SHA-256, cut to 128 bits (RFC 2104, section 5). */
const signatureBytes = 16;

/** Makes and reads the tokens (https://google.aip.dev/158) for the part of a list that comes after a position. */
export class PageTokens {
  /** @param key secret that all replicas share */
  constructor(private readonly key: Uint8Array) {}

  /** An opaque token. */
  encode(after: Position, scope: ListScope): string {
    const { creationTimestamp, namespace, name, uid } = after;
    const content = Buffer.from(JSON.stringify([hashOf(scope), creationTimestamp, namespace, name, uid]));
    return Buffer.concat([this.sign(content), content]).toString('base64url');
  }

  /**
   * The position that a token stands for.
   *
   * @throws ApiError InvalidArgument when nobody gave it out, or when it is one of another list
   */
  decode(token: string, scope: ListScope): Position {
    const content = this.verified(token);
    if (content === undefined) throw invalidField(['continue'], 'must be a token that a list gave out');
    const [hash, creationTimestamp = '', namespace = '', name = '', uid = ''] = fieldsOf(content);
    if (hash !== hashOf(scope)) throw invalidField(['continue'], 'was given out for another list');
    return { creationTimestamp, namespace, name, uid };
  }

  private verified(token: string): Buffer | undefined {
    const bytes = Buffer.from(token, 'base64url');
    const [signature, content] = [bytes.subarray(0, signatureBytes), bytes.subarray(signatureBytes)];
    // Base64 has several spellings of the same bytes; only the one that was given out is taken.
    if (signature.length < signatureBytes || bytes.toString('base64url') !== token) return undefined;
    return timingSafeEqual(signature, this.sign(content)) ? content : undefined;
  }

  private sign(content: Buffer): Buffer {
    return createHmac('sha256', this.key).update(content).digest().subarray(0, signatureBytes);
  }
}

/** What was signed was written by {@link PageTokens.encode}, maybe by that of another version. */
function fieldsOf(content: Buffer): string[] {
  const fields: unknown = JSON.parse(content.toString('utf8'));
  return Array.isArray(fields) ? fields.map(String) : [];
}

function hashOf({ namespace, filter }: ListScope): string {
  return createHash('sha256')
    .update(canonicalJson([namespace ?? null, filter]))
    .digest('base64url')
    .slice(0, 11);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
