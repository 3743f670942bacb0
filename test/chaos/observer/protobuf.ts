import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { HistoryError } from '../history/change.ts';

/**
 * Prefix of stored built-in objects (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
 */
const magic = Buffer.from('k8s\0');

/** Fields of a message by number. */
export interface Fields {
  /** Length-delimited fields: strings, maps and messages. */
  readonly bytes: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Integers and booleans. */
  readonly numbers: ReadonlyMap<number, number>;
}

/**
 * Decodes a built-in object, which the API server stores as protobuf, unlike custom ones.
 *
 * @throws HistoryError if it is stored in another encoding
 */
export function decodeObject(stored: Uint8Array, kind: string): Fields {
  if (!magic.equals(stored.subarray(0, magic.length))) throw new HistoryError(`a ${kind} is not stored as protobuf`);
  return messageAt(decode(stored.subarray(magic.length)), 2);
}

/** The message in a field; empty if the field is absent. */
export function messageAt(fields: Fields, number: number): Fields {
  return decode(lastOf(fields, number));
}

/** The messages in a repeated field. */
export function messagesAt({ bytes }: Fields, number: number): readonly Fields[] {
  return (bytes.get(number) ?? []).map(decode);
}

/** The string in a field; empty if the field is absent. */
export function textOf(fields: Fields, number: number): string {
  return Buffer.from(lastOf(fields, number)).toString();
}

/** A map field is a list of messages with key 1 and value 2. */
export function mapOf(fields: Fields, number: number): Record<string, string> {
  return Object.fromEntries(messagesAt(fields, number).map((entry) => [textOf(entry, 1), textOf(entry, 2)]));
}

function decode(message: Uint8Array): Fields {
  const bytes = new Map<number, Uint8Array[]>();
  const numbers = new Map<number, number>();
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited) bytes.set(number, [...(bytes.get(number) ?? []), reader.bytes()]);
    else if (type === WireType.Varint) numbers.set(number, Number(reader.int64()));
    else reader.skip(type, number);
  }
  return { bytes, numbers };
}

function lastOf({ bytes }: Fields, number: number): Uint8Array {
  return bytes.get(number)?.at(-1) ?? new Uint8Array();
}
