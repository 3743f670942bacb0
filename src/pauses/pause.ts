import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import { readHeader, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { ownPrefix } from '../workflow-execution/metadata.ts';
import { truncate } from '../workflow-execution/text.ts';

/** Name of the ConfigMap in the service's namespace that pauses all namespaces. */
export const pauseConfigMap = 'workflow-execution-pause';

/** The key of that ConfigMap with the reason; optional. */
export const pauseKey = 'paused';

/** The annotation of a namespace that pauses it, with the reason. */
export const pauseAnnotation = `${ownPrefix}paused`;

/** Maximum length of a reason in messages, in characters. */
const maxReasonLength = 256;

/** Why nothing starts, as an object of the cluster says it. */
export interface Pause {
  /** The namespace that is paused; absent for all namespaces. */
  readonly namespace?: string;
  /** On one line; empty if none was given. */
  readonly reason: string;
  /** The field manager that wrote the reason, or else created the object, such as `kubectl-annotate`; absent if unknown. */
  readonly by?: string;
  /** When it did, RFC 3339; absent if unknown. */
  readonly since?: string;
}

/** A ConfigMap or namespace as far as it pauses. */
export interface PausingObject extends KubernetesObject {
  readonly pause?: Pause;
}

/** ConfigMaps, read as {@link PausingObject}s: each pauses, whatever it contains. */
export const pausingConfigMaps: ResourceType<PausingObject> = {
  ...{ group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  readsManagedFields: true,
  parse: (raw) => {
    const { metadata, data } = recordOf(raw);
    const reason = oneLine(stringOf(recordOf(data)[pauseKey]) ?? '');
    const written = lastWrite(metadata, ['data', pauseKey]) ?? creation(metadata);
    return pausingObject('ConfigMap', raw, { reason, ...written });
  },
};

/** Namespaces, read as {@link PausingObject}s from their metadata. */
export const pausingNamespaces: ResourceType<PausingObject> = {
  ...{ group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  readsManagedFields: true,
  parse: (raw) => {
    const { metadata } = recordOf(raw);
    const { name, annotations } = recordOf(metadata);
    const reason = stringOf(recordOf(annotations)[pauseAnnotation]);
    if (reason === undefined) return pausingObject('Namespace', raw, undefined);
    const written = lastWrite(metadata, ['metadata', 'annotations', pauseAnnotation]);
    return pausingObject('Namespace', raw, { namespace: stringOf(name), reason: oneLine(reason), ...written });
  },
};

/** For people: `All namespaces are paused since 2026-01-02T03:04:05Z by kubectl-create: maintenance`. */
export function describePause({ namespace, reason, by, since }: Pause): string {
  const what = namespace === undefined ? 'All namespaces are' : `Namespace ${namespace} is`;
  const when = since === undefined ? '' : ` since ${since}`;
  const who = by === undefined ? '' : ` by ${by}`;
  return `${what} paused${when}${who}${reason === '' ? ', without a reason' : `: ${reason}`}`;
}

function pausingObject(kind: string, raw: unknown, pause: Pause | undefined): PausingObject {
  const { key, resourceVersion } = readHeader(raw);
  const uid = stringOf(recordOf(recordOf(raw)['metadata'])['uid']) ?? '';
  const metadata = { ...key, uid, resourceVersion, creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata, ...(pause === undefined ? {} : { pause }) };
}

/** A reason may have any size and any character. */
function oneLine(text: string): string {
  const start = text.slice(0, 4 * maxReasonLength).replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return truncate(start.trim().toWellFormed(), maxReasonLength);
}

type Write = Pick<Pause, 'by' | 'since'>;

/**
 * The last write of a field; undefined if none is recorded
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
 */
function lastWrite(metadata: unknown, path: readonly string[]): Write | undefined {
  const writes = arrayOf(recordOf(metadata)['managedFields'])
    .map(recordOf)
    .filter(({ fieldsV1 }) => owns(fieldsV1, path))
    .map(({ manager, time }) => ({ by: stringOf(manager), since: stringOf(time) }));
  return writes.toSorted((a, b) => ((a.since ?? '') < (b.since ?? '') ? 1 : -1))[0];
}

/** The creation of an object. Its manager is not recorded if it set no fields. */
function creation(metadata: unknown): Write {
  const { creationTimestamp, managedFields } = recordOf(metadata);
  const creator = arrayOf(managedFields)
    .map(recordOf)
    .find(({ time }) => time === creationTimestamp);
  return { by: stringOf(creator?.['manager']), since: stringOf(creationTimestamp) };
}

function owns(fields: unknown, path: readonly string[]): boolean {
  let at: unknown = fields;
  for (const name of path) at = recordOf(at)[`f:${name}`];
  return isRecord(at);
}
