import type { Writable } from 'node:stream';

type Done = (error?: Error | null) => void;

/** Bytes of a piece. */
export const pieceBytes = 32 * 1024;

/**
 * Makes a stream write large chunks in pieces, each after the one before: the TLS implementation of Node.js allocates a buffer for all
 * that is written at once, and keeps it until the connection closes
 * (https://github.com/nodejs/node/blob/v24.x/src/crypto/crypto_bio.cc, `set_allocate_tls_hint`).
 */
export function writeInPieces(stream: Writable): void {
  const [write, writev] = [stream._write.bind(stream), stream._writev?.bind(stream)];
  stream._write = (chunk: Buffer | string, encoding, done) => {
    if (chunk.length <= pieceBytes) return write(chunk, encoding, done);
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, at) =>
      bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes),
    );
    // The types lack the encoding that Node.js passes for bytes.
    inSequence(pieces, (piece, next) => void Reflect.apply(write, stream, [piece, 'buffer', next]), done);
  };
  stream._writev = (chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done) => {
    const length = chunks.reduce((sum, { chunk }) => sum + chunk.length, 0);
    if (writev !== undefined && length <= pieceBytes) return writev(chunks, done);
    inSequence(chunks, ({ chunk, encoding }, next) => stream._write(chunk, encoding, next), done);
  };
}

/** Does one thing after the other until one fails. */
function inSequence<T>(items: readonly T[], begin: (item: T, next: Done) => void, done: Done): void {
  const rest = items.values();
  const next: Done = (error) => {
    const { value } = rest.next();
    if (error || value === undefined) done(error);
    else begin(value, next);
  };
  next();
}
