import { isDeepStrictEqual } from 'node:util';
import { InvalidError } from './errors.ts';
import { isRecord, recordOf, stringOf, type JsonRecord } from './json.ts';

/**
 * Applies the operations `test`, `replace` and `remove` of a JSON patch (RFC 6902), as kube-apiserver does.
 *
 * @throws InvalidError when a test fails, a path does not exist, or there is another operation
 */
export function applyJsonPatch(object: JsonRecord, operations: readonly unknown[]): JsonRecord {
  return operations.reduce<JsonRecord>((current, operation) => {
    const { op, path, value } = recordOf(operation);
    const keys = (stringOf(path) ?? '').split('/').slice(1);
    return recordOf(changedAt(current, keys, stringOf(op) ?? '', value));
  }, object);
}

function changedAt(at: unknown, [key = '', ...rest]: readonly string[], op: string, value: unknown): unknown {
  const inner = Array.isArray(at) ? (at as unknown[])[Number(key)] : recordOf(at)[key];
  if (inner === undefined) throw refused(`the path ends at ${key}`);
  if (rest.length > 0) return withEntry(at, key, changedAt(inner, rest, op, value));
  if (op === 'replace') return withEntry(at, key, value);
  if (op === 'remove') return withEntry(at, key, undefined);
  if (op !== 'test') throw refused(`Unexpected kind: ${op}`);
  if (!isDeepStrictEqual(inner, value)) throw refused(`testing path ${key}: test failed`);
  return at;
}

function withEntry(at: unknown, key: string, value: unknown): unknown {
  if (isRecord(at)) return { ...at, [key]: value };
  const list: readonly unknown[] = Array.isArray(at) ? at : [];
  const place = Number(key);
  return list.flatMap((item, index) => (index !== place ? [item] : value === undefined ? [] : [value]));
}

function refused(why: string): InvalidError {
  return new InvalidError(`the server rejected our request due to an error in our request: ${why}`, {
    status: 422,
    reason: 'Invalid',
  });
}

/** Applies a merge patch (RFC 7386). */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = new Map(Object.entries(recordOf(target)));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, applyMergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}
