import type { WriteStream } from 'node:tty';

/** Sink of progress lines. `live`, on terminals only, shows a line that the next one replaces. */
export interface Progress {
  (line: string): void;
  live?: (line: string) => void;
}

/** Discards progress. */
export const silent: Progress = () => undefined;

const eraseLine = '\r\u001b[2K';

/** Writes progress to a stream: live lines are redrawn in place on a terminal and otherwise omitted. */
export function streamProgress(stream: Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number }): Progress {
  let running = false;
  const progress: Progress = (line) => {
    stream.write(`${running ? eraseLine : ''}${line}\n`);
    running = false;
  };
  if (!stream.isTTY) return progress;
  progress.live = (line) => {
    stream.write(`${eraseLine}${line.slice(0, (stream.columns || 80) - 1)}`);
    running = true;
  };
  return progress;
}

/** Report interval of a long step without a terminal, in seconds. */
const reportEverySeconds = 15;

/**
 * Shows the elapsed time of a long step: each second on a terminal, else each 15 s.
 *
 * @param describe the line for an elapsed time
 * @returns a function that stops it
 */
export function showElapsed(progress: Progress, describe: (elapsed: string) => string): () => void {
  const started = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    const line = describe(elapsedSince(started));
    if (progress.live) progress.live(line);
    else if (ticks % reportEverySeconds === 0) progress(line);
  }, 1000);
  return () => clearInterval(timer);
}

/**
 * Shows the reports of a process that is waited for: in place on a terminal, else the first one and one each 15 s.
 *
 * @param what what is waited for, such as `another build`
 */
export function showWaiting(progress: Progress, what: string): (holder: string) => void {
  let shown = Number.NEGATIVE_INFINITY;
  return (holder) => {
    const line = `Waiting for ${what} (${holder})`;
    if (progress.live) {
      progress.live(line);
    } else if (performance.now() - shown >= reportEverySeconds * 1000) {
      shown = performance.now();
      progress(line);
    }
  };
}

/** Time since a `performance.now()`: `0.4s`, `42s`, `5m 15s`. */
export function elapsedSince(started: number): string {
  return duration(performance.now() - started);
}

/** Milliseconds as `0.4s`, `42s` or `5m 15s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m ${whole % 60}s`;
}
