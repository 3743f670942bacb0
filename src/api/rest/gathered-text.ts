import type { Writable } from 'node:stream';
import { drained } from './drained.ts';

/** How much is gathered at most, in characters. */
const most = 64 * 1024;

/** Writes texts that come in one turn of the event loop as one: a packet for each line would cost more than the lines. */
export class GatheredText {
  private gathered = '';
  private armed?: NodeJS.Immediate;

  constructor(private readonly response: Writable) {}

  /** Takes a text; there is a promise to wait for when the connection takes no more for now. */
  write(text: string): Promise<void> | undefined {
    this.gathered += text;
    if (this.gathered.length >= most) this.flush();
    else this.armed ??= setImmediate(() => this.flush());
    return this.response.writableNeedDrain ? drained(this.response) : undefined;
  }

  /** Writes what is gathered. */
  flush(): void {
    clearImmediate(this.armed);
    this.armed = undefined;
    if (this.gathered !== '' && !this.response.destroyed) this.response.write(this.gathered);
    this.gathered = '';
  }
}
