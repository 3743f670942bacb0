import { createHash } from 'node:crypto';
import { invalidField } from '../errors/api-error.ts';
import type { ListFilter } from './list-filter.ts';

/** The unique position of an execution in a list: the sort keys, the most significant one first. */
export interface Position {
  /** RFC 3339 in seconds and UTC, so that texts sort like times. */
  readonly creationTimestamp: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The list that a token belongs to. */
export interface ListScope {
  readonly namespace?: string;
  readonly filter: ListFilter;
}

/** Newest first; executions of the same second by namespace, name and UID. Negative if `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return (
    compareText(b.creationTimestamp, a.creationTimestamp) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.uid, b.uid)
  );
}

/**
 * An opaque token (https://google.aip.dev/158) for the part of a list after a position. It is not signed because it grants
 * no access: every page is authorized (docs/adr/0007-api-shapes.md).
 */
export function encodePageToken(after: Position, scope: ListScope): string {
  const { creationTimestamp, namespace, name, uid } = after;
  return Buffer.from(JSON.stringify([hashOf(scope), creationTimestamp, namespace, name, uid])).toString('base64url');
}

/**
 * The position of a token.
 *
 * @throws ApiError InvalidArgument if it is not a token, or belongs to another list
 */
export function decodePageToken(token: string, scope: ListScope): Position {
  const fields = parseToken(token);
  if (fields === undefined) throw invalidField(['continue'], 'must be a token that a list returned');
  const [hash, creationTimestamp, namespace, name, uid] = fields;
  if (hash !== hashOf(scope)) throw invalidField(['continue'], 'was returned by another list');
  return { creationTimestamp, namespace, name, uid };
}

type Fields = [hash: string, creationTimestamp: string, namespace: string, name: string, uid: string];

function parseToken(token: string): Fields | undefined {
  try {
    const bytes = Buffer.from(token, 'base64url');
    // Decoding ignores characters that are not of the alphabet.
    if (bytes.toString('base64url') !== token) return undefined;
    const fields: unknown = JSON.parse(bytes.toString('utf8'));
    return isFields(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return Array.isArray(value) && value.length === 5 && value.every((field) => typeof field === 'string');
}

function hashOf({ namespace, filter }: ListScope): string {
  const fields = Object.entries(filter).filter(([, value]) => value !== undefined);
  const text = JSON.stringify([namespace ?? null, fields.sort(([a], [b]) => compareText(a, b))]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 11);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
