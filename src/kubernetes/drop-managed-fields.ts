import { isRecord } from './json.ts';

/**
 * The JSON without `metadata.managedFields`, which is often half of an object and of no use to a reader. The rest of the
 * metadata is copied and not deleted from: V8 keeps an object from which something was deleted as a hash table, which is much
 * larger (docs/performance.md).
 */
export function dropManagedFields(raw: unknown): unknown {
  if (!isRecord(raw) || !isRecord(raw['metadata'])) return raw;
  const kept = Object.entries(raw['metadata']).filter(([field]) => field !== 'managedFields');
  return { ...raw, metadata: Object.fromEntries(kept) };
}
