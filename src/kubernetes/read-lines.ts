const newline = 0x0a;

/**
 * The lines of a stream of UTF-8, without their newline. Throws when a line is longer than `maxBytes`, and when the
 * stream ends inside a line: what came of it cannot be trusted.
 */
export async function* readLines(stream: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = toBuffer(chunk);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8');
      rest = rest.subarray(end + 1);
      parts = [];
      size = 0;
    }
    parts.push(rest);
    size += rest.length;
    if (size > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`);
  }
  if (size > 0) throw new Error('the stream ended inside a line');
}

/** A chunk of a stream of bytes. */
export function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('a stream of bytes was expected');
}
