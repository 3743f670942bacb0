import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import { readHeader, type KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { ownPrefix } from '../workflow-execution/metadata.ts';
import { truncate } from '../workflow-execution/text.ts';

/** Name of the ConfigMap in the service's namespace that pauses all namespaces. */
export const pauseConfigMap = 'workflow-execution-pause';

/** The key of that ConfigMap with the reason. */
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
  /** The field manager that wrote it, such as `kubectl-annotate`; absent if unknown. */
  readonly by?: string;
  /** When it was written, RFC 3339; absent if unknown. */
  readonly since?: string;
}

/** A ConfigMap or namespace as far as it pauses. */
export interface PausingObject extends KubernetesObject {
  readonly pause?: Pause;
}

/** ConfigMaps, read as {@link PausingObject}s. */
export const pausingConfigMaps: ResourceType<PausingObject> = {
  ...{ group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  readsManagedFields: true,
  parse: (raw) => pausingObject('ConfigMap', raw, undefined, recordOf(recordOf(raw)['data']), ['data', pauseKey]),
};

/** Namespaces, read as {@link PausingObject}s from their metadata. */
export const pausingNamespaces: ResourceType<PausingObject> = {
  ...{ group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  readsManagedFields: true,
  parse: (raw) => {
    const { name, annotations } = recordOf(recordOf(raw)['metadata']);
    const path = ['metadata', 'annotations', pauseAnnotation];
    return pausingObject('Namespace', raw, stringOf(name), recordOf(annotations), path);
  },
};

/** For people: `All namespaces are paused since 2026-01-02T03:04:05Z by kubectl-create: maintenance`. */
export function describePause({ namespace, reason, by, since }: Pause): string {
  const what = namespace === undefined ? 'All namespaces are' : `Namespace ${namespace} is`;
  const when = since === undefined ? '' : ` since ${since}`;
  const who = by === undefined ? '' : ` by ${by}`;
  return `${what} paused${when}${who}${reason === '' ? ', without a reason' : `: ${reason}`}`;
}

/**
 * @param fields those of which one pauses, by name
 * @param path of that field
 */
function pausingObject(
  kind: string,
  raw: unknown,
  namespace: string | undefined,
  fields: Readonly<Record<string, unknown>>,
  path: readonly string[],
): PausingObject {
  const { key, resourceVersion } = readHeader(raw);
  const metadata = recordOf(recordOf(raw)['metadata']);
  const text = fields[path.at(-1) ?? ''];
  const uid = stringOf(metadata['uid']) ?? '';
  return {
    apiVersion: 'v1',
    kind,
    metadata: { ...key, uid, resourceVersion, creationTimestamp: '' },
    ...(typeof text === 'string' ? { pause: { namespace, reason: oneLine(text), ...writtenBy(metadata, path) } } : {}),
  };
}

/** A reason may have any size and any character. */
function oneLine(text: string): string {
  const start = text.slice(0, 4 * maxReasonLength).replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return truncate(start.trim().toWellFormed(), maxReasonLength);
}

/** The last writer of a field (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). */
function writtenBy(
  { managedFields }: Readonly<Record<string, unknown>>,
  path: readonly string[],
): Pick<Pause, 'by' | 'since'> {
  const writers = arrayOf(managedFields)
    .map(recordOf)
    .filter(({ fieldsV1 }) => owns(fieldsV1, path))
    .map(({ manager, time }) => ({ by: stringOf(manager), since: stringOf(time) }));
  return writers.toSorted((a, b) => ((a.since ?? '') < (b.since ?? '') ? 1 : -1))[0] ?? {};
}

function owns(fields: unknown, path: readonly string[]): boolean {
  let at: unknown = fields;
  for (const name of path) at = recordOf(at)[`f:${name}`];
  return isRecord(at);
}
