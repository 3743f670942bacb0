import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { duration, streamProgress, showElapsed, showWaiting } from './progress.ts';

const screen = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, isTTY, columns: 20, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
};

describe('progress', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is redrawn each second on a terminal, truncated to its width, and replaced by the next line', () => {
    const stream = screen(true);
    const progress = streamProgress(stream);

    const stop = showElapsed(progress, (elapsed) => `[1/2] etcd … ${elapsed} and more words`);
    jest.advanceTimersByTime(2000);
    stop();
    progress('[1/2] etcd 2.0s');

    expect(stream.written).toEqual([
      '\r\u001b[2K[1/2] etcd … 1.0s a',
      '\r\u001b[2K[1/2] etcd … 2.0s a',
      '\r\u001b[2K[1/2] etcd 2.0s\n',
    ]);
  });

  it('is a line each 15 seconds without a terminal', () => {
    const stream = screen(false);

    const stop = showElapsed(streamProgress(stream), (elapsed) => `etcd … ${elapsed}`);
    jest.advanceTimersByTime(44_000);
    stop();

    expect(stream.written).toEqual(['etcd … 15s\n', 'etcd … 30s\n']);
  });

  it('of a process that is waited for is shown immediately and then each 15 seconds', () => {
    const stream = screen(false);
    const told = showWaiting(streamProgress(stream), 'another build');

    told('process 7: [1/13] certs');
    jest.advanceTimersByTime(1000);
    told('process 7: [2/13] sandbox');
    jest.advanceTimersByTime(15_000);
    told('process 7: [3/13] etcd');

    expect(stream.written).toEqual([
      'Waiting for another build (process 7: [1/13] certs)\n',
      'Waiting for another build (process 7: [3/13] etcd)\n',
    ]);
  });

  it.each([
    [420, '0.4s'],
    [9_960, '10s'],
    [42_400, '42s'],
    [315_000, '5m 15s'],
    [119_900, '2m 0s'],
  ])('of %d ms is written %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});
