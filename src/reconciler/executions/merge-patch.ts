import { isDeepStrictEqual } from 'node:util';

type Json = Readonly<Record<string, unknown>>;

/**
 * The smallest RFC 7386 merge patch that turns one JSON object into another: what differs, with null for what is removed.
 * A merge patch can only replace lists as a whole.
 *
 * @returns undefined if nothing differs
 */
export function mergePatch(from: object, to: object): Json | undefined {
  const before = new Map(Object.entries(from));
  const after = new Map(Object.entries(to).filter(([, value]) => value !== undefined));
  const changes = new Map<string, unknown>();
  for (const [key, value] of before) if (value !== undefined && !after.has(key)) changes.set(key, null);
  for (const [key, value] of after) {
    const change = changeOf(before.get(key), value);
    if (change !== undefined) changes.set(key, change);
  }
  return changes.size === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(from: unknown, to: unknown): unknown {
  if (isObject(from) && isObject(to)) return mergePatch(from, to);
  return isDeepStrictEqual(from, to) ? undefined : to;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
