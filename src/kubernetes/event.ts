import { readHeader, type KubernetesObject, type NewObject } from './kubernetes-object.ts';
import { microTime } from './clock.ts';
import type { ResourceType } from './resource-type.ts';

/** What an Event is about, or what it has to do with besides. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** How often something has happened, if more than once. */
export interface EventSeries {
  /** Two or more. */
  readonly count: number;
  readonly lastObservedTime: string;
}

/** An events.k8s.io/v1 Event that is to be created. */
export interface NewEvent extends NewObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly series?: EventSeries;
}

/** The resource Event of events.k8s.io; of what comes back only the header is relied on. */
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

/** Something that happened to an object, in words. */
export interface EventInput {
  readonly type: 'Normal' | 'Warning';
  /** Why, in one CamelCase word of at most 128 characters: `PipelineRunCreated`. */
  readonly reason: string;
  /** What was done or tried, in one CamelCase word of at most 128 characters: `CreatePipelineRun`. */
  readonly action: string;
  /** For a person; cut at 1024 bytes. */
  readonly note: string;
  /** Another object that it has to do with. */
  readonly related?: KubernetesObject;
}

/** Who tells. */
export interface Reporter {
  /** Qualified name of the controller: `kubernaut.ai/workflow-execution`. */
  readonly controller: string;
  /** This process: the name of its pod. */
  readonly instance: string;
}

/** Limits of the API server (events.k8s.io/v1). */
const maxNoteBytes = 1024;
const maxNameLength = 253;

/** The Event for a happening. `suffix` makes its name unique. */
export function newEvent(
  reporter: Reporter,
  object: KubernetesObject,
  happening: EventInput,
  at: Date,
  suffix: string,
): NewEvent {
  const { type, reason, action, note, related } = happening;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      // Events of a cluster-scoped object live in the namespace default.
      namespace: object.metadata.namespace ?? 'default',
      name: `${object.metadata.name.slice(0, maxNameLength - suffix.length - 1)}.${suffix}`,
    },
    eventTime: microTime(at),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance,
    type,
    reason,
    action,
    note: cut(note),
    regarding: referenceTo(object),
    related: related && referenceTo(related),
  };
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

/** Cuts between characters, never inside one. */
function cut(note: string): string {
  const { read } = new TextEncoder().encodeInto(note, new Uint8Array(maxNoteBytes));
  return note.slice(0, read);
}
