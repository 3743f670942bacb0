/** The sizes of decoded messages that are still used, in bytes on the wire. */
const sizes = new WeakMap<object, number>();

/** A decoder that keeps the size of each message, for {@link encodedSize}. */
export function measured<T extends object>(decode: (bytes: Buffer) => T): (bytes: Buffer) => T {
  return (bytes) => {
    const message = decode(bytes);
    sizes.set(message, bytes.length);
    return message;
  };
}

/** How many bytes a message had on the wire; undefined when its decoder was not {@link measured}. */
export function encodedSize(message: unknown): number | undefined {
  return typeof message === 'object' && message !== null ? sizes.get(message) : undefined;
}
