import type { JsonObject } from '../../cluster/json.ts';
import { decodeObject, messageAt, messagesAt, textOf } from './protobuf.ts';
import type { Fields } from './protobuf.ts';

/** The states of a container (ContainerState), by field number. */
const containerStates = { 1: 'waiting', 2: 'running', 3: 'terminated' } as const;

/**
 * Decodes the owners and container states of a stored Pod. Field numbers: generated.proto of k8s.io/api/core/v1 and
 * k8s.io/apimachinery/pkg/apis/meta/v1.
 *
 * @throws HistoryError if it is not stored as protobuf
 */
export function decodePod(stored: Uint8Array): JsonObject {
  const pod = decodeObject(stored, 'Pod');
  const metadata = messageAt(pod, 1);
  const status = messageAt(pod, 3);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: textOf(metadata, 1),
      namespace: textOf(metadata, 3),
      uid: textOf(metadata, 5),
      ownerReferences: messagesAt(metadata, 13).map(ownerReference),
    },
    status: { phase: textOf(status, 1), containerStatuses: messagesAt(status, 8).map(containerStatus) },
  };
}

function ownerReference(owner: Fields): JsonObject {
  return { kind: textOf(owner, 1), uid: textOf(owner, 4), controller: owner.numbers.get(6) === 1 };
}

function containerStatus(container: Fields): JsonObject {
  const state = messageAt(container, 2);
  const present = Object.entries(containerStates).filter(([number]) => state.bytes.has(Number(number)));
  return { name: textOf(container, 1), state: Object.fromEntries(present.map(([, name]) => [name, {}])) };
}
