import type { WriteStream } from 'node:tty';

/** Where progress is told, one line at a time. `live`, where there is a terminal, shows a line that the next replaces. */
export interface Progress {
  (line: string): void;
  live?: (line: string) => void;
}

/** Says nothing. */
export const silent: Progress = () => undefined;

const eraseLine = '\r\u001b[2K';

/** Progress on a stream: on a terminal a running line is redrawn in place, elsewhere only whole lines are written. */
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

/** Seconds between two reports of the same long step where there is no terminal to redraw. */
const reportEverySeconds = 15;

/**
 * Shows that a long step is still going on: the elapsed seconds each second on a terminal, else a line each 15 s.
 *
 * @param describe the line, given how long it has taken so far
 * @returns a function that ends it
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
 * Shows what a process tells that is waited for: in place on a terminal, elsewhere the first line and one each 15 s.
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

/** Time since a `performance.now()`, as a person says it: `0.4s`, `42s`, `5m 15s`. */
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
