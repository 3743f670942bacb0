import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** An append-only file of JSON values, one per line. Appended values survive a crash. */
export class JsonLines {
  /** The values in the file when it was opened. */
  readonly before: readonly unknown[];
  private readonly file: number;
  private isClosed = false;

  /**
   * Opens or creates a file. An incomplete last line was never acknowledged, and is removed.
   *
   * @throws SyntaxError when another line is not JSON
   */
  constructor(path: string) {
    this.file = openSync(path, 'a+', 0o600);
    const content = readFileSync(this.file);
    const whole = content.subarray(0, content.lastIndexOf('\n') + 1);
    if (whole.length < content.length) ftruncateSync(this.file, whole.length);
    this.before = linesOf(whole.toString());
  }

  /** Returns when the values are on disk. It blocks, so that responses have the order of the appends. */
  append(values: readonly unknown[]): void {
    // Its number may be that of another file by now.
    if (this.isClosed) throw new Error('the file is closed');
    const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.file, bytes, written);
    fdatasyncSync(this.file);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeSync(this.file);
  }
}

function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}
