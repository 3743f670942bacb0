import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../../cluster/json.ts';
import { HistoryError } from '../history/change.ts';

/** What the API server writes before a built-in object (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding). */
const magic = Buffer.from('k8s\0');

/** The length-delimited fields of a message (texts, maps and messages) by number; the others are not needed. */
type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

/**
 * A Lease from the bytes that etcd holds, as far as the history needs it: the API server stores built-in objects as
 * protobuf, unlike custom ones. Field numbers: generated.proto of k8s.io/api/coordination/v1 and
 * k8s.io/apimachinery/pkg/apis/meta/v1.
 *
 * @throws HistoryError when it is something else
 */
export function decodeLease(stored: Uint8Array): JsonObject {
  if (!magic.equals(stored.subarray(0, magic.length))) throw new HistoryError('a Lease is not stored as protobuf');
  const unknown = fieldsOf(stored.subarray(magic.length));
  const lease = fieldsOf(last(unknown, 2));
  const metadata = fieldsOf(last(lease, 1));
  const spec = fieldsOf(last(lease, 2));
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
    spec: { holderIdentity: textOf(spec, 1) },
  };
}

function fieldsOf(message: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array[]>();
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type !== WireType.LengthDelimited) reader.skip(type, number);
    else fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
  }
  return fields;
}

function last(fields: Fields, number: number): Uint8Array {
  return fields.get(number)?.at(-1) ?? new Uint8Array();
}

function textOf(fields: Fields, number: number): string {
  return Buffer.from(last(fields, number)).toString();
}

/** A map is a list of messages with the key in field 1 and the value in field 2. */
function mapOf(fields: Fields, number: number): Record<string, string> {
  const entries = (fields.get(number) ?? []).map(fieldsOf);
  return Object.fromEntries(entries.map((entry) => [textOf(entry, 1), textOf(entry, 2)]));
}
