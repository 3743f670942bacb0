import { expect, it } from '@jest/globals';
import { grpcLimits } from '../../config/limits.ts';
import { neededBytes, wholeMessages } from './message-framing.ts';

/** A length-prefixed message. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

it.each([
  ['the bytes of one in parts', framed(Buffer.alloc(9)).subarray(0, 7), 7],
  ['the maximum of one that is compressed', Buffer.from([1, 0]), grpcLimits['grpc.max_receive_message_length']],
  ['nothing before it has begun', Buffer.alloc(0), 0],
])('a message takes %s', (_, received, expected) => {
  expect(neededBytes(received, received.length)).toBe(expected);
});

it.each([
  ['nothing of half a message', Buffer.concat([framed(Buffer.alloc(9)).subarray(0, 13)]), 0],
  ['nothing of half a prefix', Buffer.alloc(4), 0],
  ['an empty message', framed(Buffer.alloc(0)), 5],
  ['the first of two', Buffer.concat([framed(Buffer.alloc(9)), Buffer.from([0])]), 14],
  ['everything of one that is too large', Buffer.from([0, 0xff, 0, 0, 0, 1, 2]), 7],
])('grpc-js gets %s', (_, received, expected) => {
  expect(wholeMessages(received, received.length)).toBe(expected);
});
