import type { JsonObject } from '../../cluster/json.ts';
import { decodeObject, mapOf, messageAt, textOf } from './protobuf.ts';

/**
 * Decodes the fields of a stored Lease that the history needs. Field numbers: generated.proto of k8s.io/api/coordination/v1
 * and k8s.io/apimachinery/pkg/apis/meta/v1.
 *
 * @throws HistoryError if it is not stored as protobuf
 */
export function decodeLease(stored: Uint8Array): JsonObject {
  const lease = decodeObject(stored, 'Lease');
  const metadata = messageAt(lease, 1);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: textOf(metadata, 1),
      namespace: textOf(metadata, 3),
      uid: textOf(metadata, 5),
      labels: mapOf(metadata, 11),
      annotations: mapOf(metadata, 12),
    },
    spec: { holderIdentity: textOf(messageAt(lease, 2), 1) },
  };
}
