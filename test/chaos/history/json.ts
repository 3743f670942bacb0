import { at, isObject } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';

/** The string at a path of member names; undefined if there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The objects in the array at a path of member names; empty if there is none. */
export function objectsAt(value: unknown, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}
