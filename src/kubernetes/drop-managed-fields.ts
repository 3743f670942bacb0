import { isRecord } from './json.ts';

/**
 * An object, or the JSON of one, without `metadata.managedFields`, which is often half of an object and of no use to a reader. The rest of the
 * metadata is copied and not deleted from: V8 keeps an object from which something was deleted as a hash table, which is much
 * larger (docs/performance.md).
 */
export function dropManagedFields<T>(object: T): T {
  if (!isRecord(object) || !isRecord(object['metadata'])) return object;
  const kept = Object.entries(object['metadata']).filter(([field]) => field !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(kept) };
}
