import { microTime } from './clock.ts';
import { readHeader, type KubernetesObject, type NewObject } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';

/** The object of an Event. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** The number of occurrences of an Event, 2 or more. */
export interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

/** An events.k8s.io/v1 Event to create. */
export interface NewEvent extends NewObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: ObjectReference;
  readonly series?: EventSeries;
}

/** The resource Event of events.k8s.io. Responses are parsed for their header only. */
export const eventResource = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
  parse(raw: unknown): KubernetesObject {
    const { key, resourceVersion } = readHeader(raw);
    const metadata = { ...key, uid: '', resourceVersion, creationTimestamp: '' };
    return { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata };
  },
} satisfies ResourceType<KubernetesObject>;

/** The content of an Event. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  /** Why: one CamelCase word of at most 128 characters, such as `PipelineRunCreated`. */
  readonly reason: string;
  /** What was done or tried: one CamelCase word of at most 128 characters, such as `CreatePipelineRun`. */
  readonly action: string;
  /** For people; cut at 1024 bytes. */
  readonly note: string;
}

/** The reporter of an Event. */
export interface Reporter {
  /** Qualified name of the controller: `kubernaut.ai/workflow-execution`. */
  readonly controller: string;
  /** Name of the pod. */
  readonly instance: string;
}

/** Limits of the API server (events.k8s.io/v1). */
const maxNoteBytes = 1024;
const maxNameLength = 253;

/** An Event about an object. `suffix` makes its name unique. */
export function newEvent(
  reporter: Reporter,
  { apiVersion, kind, metadata }: KubernetesObject,
  { type, reason, action, note }: EventInput,
  at: Date,
  suffix: string,
): NewEvent {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      // Events of cluster-scoped objects are in the namespace default.
      namespace: namespace ?? 'default',
      name: `${name.slice(0, maxNameLength - suffix.length - 1)}.${suffix}`,
    },
    eventTime: microTime(at),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    type,
    reason,
    action,
    note: truncated(note),
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
  };
}

/** Truncates to {@link maxNoteBytes}, but not inside a character. */
function truncated(note: string): string {
  const { read } = new TextEncoder().encodeInto(note, new Uint8Array(maxNoteBytes));
  return note.slice(0, read);
}
