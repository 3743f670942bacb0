import { createHash } from 'node:crypto';
import { invalidField } from '../../errors/api-error.ts';
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

/**
 * An opaque token (https://google.aip.dev/158) for the part of a list that comes after a position. It gives no right and is not
 * signed: what a caller may see is asked for with every page.
 */
export function encodePageToken(after: Position, scope: ListScope): string {
  const { creationTimestamp, namespace, name, uid } = after;
  return Buffer.from(JSON.stringify([hashOf(scope), creationTimestamp, namespace, name, uid])).toString('base64url');
}

/**
 * The position that a token stands for.
 *
 * @throws ApiError InvalidArgument when it is no token, or one of another list
 */
export function decodePageToken(token: string, scope: ListScope): Position {
  const fields = fieldsOf(token);
  if (fields === undefined) throw invalidField(['continue'], 'must be a token that a list returned');
  const [hash, creationTimestamp, namespace, name, uid] = fields;
  if (hash !== hashOf(scope)) throw invalidField(['continue'], 'was returned by another list');
  return { creationTimestamp, namespace, name, uid };
}

type Fields = [hash: string, creationTimestamp: string, namespace: string, name: string, uid: string];

function fieldsOf(token: string): Fields | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return isFields(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return Array.isArray(value) && value.length === 5 && value.every((field) => typeof field === 'string');
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
