import { isRecord } from './json.ts';

/** The JSON without `metadata.managedFields`, which is often half of an object and of no use to a reader. */
export function dropManagedFields(raw: unknown): unknown {
  if (!isRecord(raw) || !isRecord(raw['metadata'])) return raw;
  const metadata: Record<string, unknown> = { ...raw['metadata'] };
  delete metadata['managedFields'];
  return { ...raw, metadata };
}
