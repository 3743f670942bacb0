/** What a handler answers with when it has encoded its message itself, because it has many callers for it. */
export class EncodedMessage {
  constructor(readonly bytes: Buffer) {}
}

/** A serializer that takes both messages and their bytes. */
export function alsoEncoded<T>(serialize: (message: T) => Buffer): (message: T | EncodedMessage) => Buffer {
  return (message) => (message instanceof EncodedMessage ? message.bytes : serialize(message));
}
