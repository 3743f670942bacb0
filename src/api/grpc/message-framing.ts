import { grpcLimits } from '../../config/limits.ts';

/** The limit that grpc-js enforces, in bytes. */
const maxMessageBytes = grpcLimits['grpc.max_receive_message_length'];

/** Bytes before the message of its flag and its length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const messagePrefixBytes = 5;

/** Length of the whole messages at the start; of everything if one is too large, which grpc-js then refuses. */
export function wholeMessages(received: Buffer, length: number): number {
  for (let whole = 0; ;) {
    if (length - whole < messagePrefixBytes) return whole;
    const bytes = received.readUInt32BE(whole + 1);
    if (bytes > maxMessageBytes) return length;
    if (length - whole < messagePrefixBytes + bytes) return whole;
    whole += messagePrefixBytes + bytes;
  }
}

/** The memory for what has arrived of a message, in bytes; for one that is compressed, what it may become. */
export function neededBytes(received: Buffer, length: number): number {
  return length > 0 && received[0] === 1 ? maxMessageBytes : length;
}
