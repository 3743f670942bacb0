import { isObject, parseJson } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { HistoryError } from '../history/change.ts';
import type { KeyChange } from './etcd.ts';
import { decodeLease } from './stored-lease.ts';
import { decodePod } from './stored-pod.ts';

/** Observed kinds by etcd key prefix. */
const places = {
  '/registry/workflowexecution.kubernaut.ai/workflowexecutions/': 'WorkflowExecution',
  '/registry/tekton.dev/pipelineruns/': 'PipelineRun',
  '/registry/tekton.dev/customruns/': 'CustomRun',
  '/registry/tekton.dev/taskruns/': 'TaskRun',
  '/registry/leases/': 'Lease',
  '/registry/pods/': 'Pod',
} as const;

/** Kinds stored as protobuf; custom resources are JSON. */
const decoders: Readonly<Record<string, (stored: Uint8Array) => JsonObject>> = { Lease: decodeLease, Pod: decodePod };

/** A change of an observed object. */
export interface ObjectChange {
  readonly kind: (typeof places)[keyof typeof places];
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** The stored object; undefined if deleted. */
  readonly object: JsonObject | undefined;
}

/**
 * Decodes the change of a key; undefined if its kind is not observed.
 *
 * @throws HistoryError if the object cannot be decoded
 */
export function readObjectChange({ key, revision, value }: KeyChange): ObjectChange | undefined {
  for (const [place, kind] of Object.entries(places)) {
    if (!key.startsWith(place)) continue;
    const [namespace = '', name = ''] = key.slice(place.length).split('/');
    const object = value && (decoders[kind]?.(value) ?? parseJson(value.toString()));
    if (object !== undefined && !isObject(object)) throw new HistoryError(`${key} does not hold an object`);
    return { kind, key, namespace, name, revision, object };
  }
  return undefined;
}
