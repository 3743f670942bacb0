import { isObject, parseJson } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { HistoryError } from '../history/change.ts';
import type { KeyChange } from './etcd.ts';
import { decodeLease } from './stored-lease.ts';
import { decodePod } from './stored-pod.ts';

/** The kinds of objects that the chaos run looks at, by the place where the API server keeps them in etcd. */
const places = {
  '/registry/workflowexecution.kubernaut.ai/workflowexecutions/': 'WorkflowExecution',
  '/registry/tekton.dev/pipelineruns/': 'PipelineRun',
  '/registry/tekton.dev/customruns/': 'CustomRun',
  '/registry/tekton.dev/taskruns/': 'TaskRun',
  '/registry/leases/': 'Lease',
  '/registry/pods/': 'Pod',
} as const;

/** The kinds that are stored as protobuf; the others are custom ones, which are JSON. */
const decoders: Readonly<Record<string, (stored: Uint8Array) => JsonObject>> = { Lease: decodeLease, Pod: decodePod };

/** A change of an object that the chaos run looks at. */
export interface ObjectChange {
  readonly kind: (typeof places)[keyof typeof places];
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** The object as it is stored; undefined when it was removed. */
  readonly object: JsonObject | undefined;
}

/**
 * Reads a change of a key as one of an object; undefined when the key is none of an object that the chaos run looks at.
 *
 * @throws HistoryError when the object cannot be read
 */
export function readObjectChange({ key, revision, value }: KeyChange): ObjectChange | undefined {
  for (const [place, kind] of Object.entries(places)) {
    if (!key.startsWith(place)) continue;
    const [namespace = '', name = ''] = key.slice(place.length).split('/');
    const object = value && (decoders[kind]?.(value) ?? parseJson(value.toString()));
    if (object !== undefined && !isObject(object)) throw new HistoryError(`${key} holds what is no object`);
    return { kind, key, namespace, name, revision, object };
  }
  return undefined;
}
