import type { LogPart } from './log-line.ts';

/**
 * Where the reader of a container's log is. A kubelet goes on only from a second (`sinceTime`), so what has been told of
 * that second comes again, and has to be passed over: no line is told twice, and none is left out, also where several
 * were written at the same time.
 */
export class LogPosition {
  /** Time of the last part that was told; undefined when none was. */
  time?: string;
  /** How many parts of that time were told. */
  private told = 0;

  /** Whether a log that is read again from the second of {@link time} has come to what is new. */
  private passed = true;
  private again = 0;

  /** What has been told so far, as one value: it differs after each part. */
  get place(): string {
    return `${this.time ?? ''}#${this.told}`;
  }

  /** Begins to read again. */
  rewind(): void {
    this.passed = this.time === undefined;
    this.again = 0;
  }

  /** Whether this is new; when it is, it counts as told. */
  take({ time }: Pick<LogPart, 'time'>): boolean {
    if (!this.passed && !this.isNew(time)) return false;
    this.passed = true;
    this.told = time === this.time ? this.told + 1 : 1;
    this.time = time;
    return true;
  }

  private isNew(time: string): boolean {
    if (this.time === undefined || time > this.time) return true;
    if (time === this.time) this.again++;
    return this.again > this.told;
  }
}
