import type { Writable } from 'node:stream';

/** In characters. */
const maxBuffered = 64 * 1024;

/** Writes texts of one turn of the event loop as one chunk: a packet per line would cost more than the lines. */
export class BufferedWriter {
  private buffer = '';
  private scheduled?: NodeJS.Immediate;

  constructor(private readonly response: Writable) {}

  /** @returns a promise to await while the connection is full; undefined otherwise */
  write(text: string): Promise<void> | undefined {
    this.buffer += text;
    if (this.buffer.length >= maxBuffered) this.flush();
    else this.scheduled ??= setImmediate(() => this.flush());
    return this.response.writableNeedDrain ? drained(this.response) : undefined;
  }

  flush(): void {
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
    if (this.buffer !== '' && !this.response.destroyed) this.response.write(this.buffer);
    this.buffer = '';
  }
}

/** Resolves when the response accepts data again, or its connection is closed. */
export function drained(response: Pick<Writable, 'once' | 'off' | 'destroyed'>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
    if (response.destroyed) done();
  });
}
