import { InvalidObjectError } from '../kubernetes/errors.ts';
import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import type { ObjectMeta, OwnerReference } from '../kubernetes/kubernetes-object.ts';
import { parseTimestamp } from '../workflow-execution/timestamp.ts';

/** The `Succeeded` condition of a run; Unknown while it runs. */
export interface SucceededCondition {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/**
 * Parses the metadata of an object.
 *
 * @throws InvalidObjectError without a name, UID or resource version, which the API server sets on every object
 */
export function parseMetadata(raw: unknown, kind: string): ObjectMeta {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const text = (name: string): string | undefined => stringOf(metadata[name]);
  const [name, uid, resourceVersion] = [text('name'), text('uid'), text('resourceVersion')];
  if (name === undefined || uid === undefined || resourceVersion === undefined) {
    throw new InvalidObjectError(`A ${kind} without metadata.name, uid or resourceVersion was received`);
  }
  const deletionTimestamp = text('deletionTimestamp');
  const finalizers = arrayOf(metadata['finalizers']).filter((name) => typeof name === 'string');
  return {
    name,
    namespace: text('namespace'),
    uid,
    resourceVersion,
    creationTimestamp: text('creationTimestamp') ?? '',
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    labels: parseStrings(metadata['labels']),
    ownerReferences: arrayOf(metadata['ownerReferences']).flatMap(parseOwner),
  };
}

function parseOwner(raw: unknown): OwnerReference[] {
  const owner = recordOf(raw);
  const { apiVersion, kind, name, uid } = parseStrings(owner);
  if (apiVersion === undefined || kind === undefined || name === undefined || uid === undefined) return [];
  return [{ apiVersion, kind, name, uid, controller: owner['controller'] === true }];
}

/** Whether an owner is a PipelineRun of Tekton, of any version. */
export function isPipelineRunReference({ apiVersion, kind }: OwnerReference): boolean {
  return kind === 'PipelineRun' && apiVersion.startsWith('tekton.dev/');
}

/** Whether an owner is a TaskRun of Tekton, of any version. */
export function isTaskRunReference({ apiVersion, kind }: OwnerReference): boolean {
  return kind === 'TaskRun' && apiVersion.startsWith('tekton.dev/');
}

function parseStrings(raw: unknown): Readonly<Record<string, string>> {
  const strings = new Map<string, string>();
  for (const [key, value] of Object.entries(recordOf(raw))) if (typeof value === 'string') strings.set(key, value);
  return Object.fromEntries(strings);
}

/** The `Succeeded` condition of a status; undefined if it is absent or invalid. */
export function parseSucceeded(status: unknown): SucceededCondition | undefined {
  const condition = arrayOf(recordOf(status)['conditions']).find(
    (candidate) => isRecord(candidate) && candidate['type'] === 'Succeeded',
  );
  const { status: value, reason, message } = recordOf(condition);
  if (value !== 'True' && value !== 'False' && value !== 'Unknown') return undefined;
  return { status: value, reason: stringOf(reason) ?? '', message: stringOf(message) ?? '' };
}

/** A valid RFC 3339 time; undefined otherwise. */
export function timeOf(value: unknown): string | undefined {
  return typeof value === 'string' && parseTimestamp(value) !== undefined ? value : undefined;
}
