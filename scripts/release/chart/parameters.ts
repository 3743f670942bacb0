import { isRecord, recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { action } from './emit.ts';
import { Expression } from './node.ts';

/** Replaces what the manifests fix by the chart's values. */
export function parameterize(object: JsonRecord): JsonRecord {
  const kind = stringOf(object['kind']) ?? '';
  const name = stringOf(recordOf(object['metadata'])['name']) ?? '';
  return recordOf(walk(object, { kind, name, parent: {}, key: '' }));
}

/** Where a value is. */
interface Place {
  readonly kind: string;
  /** Name of the object. */
  readonly name: string;
  readonly parent: JsonRecord;
  readonly key: string;
}

function walk(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return parameterOf(value, place);
  if (Array.isArray(value)) return value.map((item) => walk(item, place));
  if (!isRecord(value)) return value;
  if (place.kind === 'Deployment' && place.key === 'resources') {
    const role = stringOf(place.parent['name']) ?? '';
    return new Expression(`toYaml .Values.${role}.resources`, { block: true });
  }
  const entries = Object.entries(value).map(([key, item]) => [key, walk(item, { ...place, parent: value, key })]);
  return Object.fromEntries(entries);
}

function parameterOf(text: string, { kind, name, key }: Place): unknown {
  if (kind === 'NetworkPolicy' && key === 'kubernetes.io/metadata.name') return namespaceOfPeer(text, name);
  if (kind === 'Deployment' && key === 'image') return new Expression('include "workflow-execution.image" .');
  if (text === tlsSecret) return new Expression('.Values.tls.secretName | quote');
  if (key === 'OTEL_EXPORTER_OTLP_ENDPOINT') return new Expression('.Values.tracing.endpoint | quote');
  if (text === installation) return new Expression('.Release.Namespace | quote');
  return text
    .replaceAll(`${dataStorage}.${installation}`, `${dataStorage}.${action('.Values.dataStorage.namespace')}`)
    .replaceAll(installation, action('.Release.Namespace'));
}

/** The namespace in the manifests. */
const installation = 'kubernaut-system';
const tlsSecret = 'workflow-execution-tls';
const dataStorage = 'data-storage-service';

/** Values that name the namespace on the other side of a NetworkPolicy, by the policy. */
const peers: Readonly<Record<string, string>> = {
  'workflow-execution-metrics': '.Values.monitoring.namespace',
  'workflow-execution-tracing': '.Values.tracing.namespace',
};

function namespaceOfPeer(text: string, policy: string): unknown {
  const value = text === installation ? '.Values.dataStorage.namespace' : peers[policy];
  return value === undefined ? text : new Expression(`${value} | quote`);
}
