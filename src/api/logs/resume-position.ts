import type { LogPart } from './log-line.ts';

/**
 * Position in the log of one container. A kubelet resumes at a full second (`sinceTime`), so parts of that second arrive
 * again and have to be skipped, also if several have the same time.
 */
export class ResumePosition {
  /** Time of the last accepted part. */
  time?: string;
  /** Number of accepted parts with that time. */
  private count = 0;

  /** Whether the end of the repeated parts was reached. */
  private isPast = true;
  private repeated = 0;

  /** Identifies the position: it differs after each accepted part. */
  get id(): string {
    return `${this.time ?? ''}#${this.count}`;
  }

  /** Call this before the log is read again. */
  rewind(): void {
    this.isPast = this.time === undefined;
    this.repeated = 0;
  }

  /** Whether a part is new; moves the position behind it if so. */
  accept({ time }: Pick<LogPart, 'time'>): boolean {
    if (!this.isPast && !this.isNew(time)) return false;
    this.isPast = true;
    this.count = time === this.time ? this.count + 1 : 1;
    this.time = time;
    return true;
  }

  private isNew(time: string): boolean {
    if (this.time === undefined || time > this.time) return true;
    if (time === this.time) this.repeated++;
    return this.repeated > this.count;
  }
}
