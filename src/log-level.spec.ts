import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from './kubernetes/fake-clock.builders.ts';
import type { Logger } from './kubernetes/logger.ts';
import { followLogLevel } from './log-level.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-level-'));
  file = join(directory, 'log-level');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Follows the file with a log that writes what its level lets through. */
function follow() {
  const target = { level: 'info' };
  const lines: object[] = [];
  const say = (fields: object, msg: string) => void lines.push({ ...fields, msg });
  const info = (fields: object, msg: string) =>
    ['info', 'debug'].includes(target.level) ? say(fields, msg) : undefined;
  const log: Logger = { debug: info, info, warn: say, error: say };
  const clock = new FakeClock();
  const stop = new AbortController();
  followLogLevel({ logLevel: 'info', logLevelFile: file }, target, log, stop.signal, clock);
  return { target, lines, clock, stop };
}

describe('the level of the log', () => {
  it('is the one in the file from the start', () => {
    writeFileSync(file, 'debug\n');
    const { target, lines } = follow();
    expect(target.level).toBe('debug');
    expect(lines).toEqual([{ from: 'info', to: 'debug', msg: 'log level' }]);
  });

  it('changes with the file, there and back, and that is told once each way', async () => {
    const { target, lines, clock } = follow();
    writeFileSync(file, 'error');
    await clock.advance(5_000);
    expect(target.level).toBe('error');
    rmSync(file);
    await clock.advance(5_000);
    expect(target.level).toBe('info');
    expect(lines).toEqual([
      { from: 'info', to: 'error', msg: 'log level' },
      { from: 'error', to: 'info', msg: 'log level' },
    ]);
  });

  it('stays when the file says no level, and that is told once', async () => {
    writeFileSync(file, 'loud');
    const { target, lines, clock } = follow();
    await clock.advance(10_000);
    expect(target.level).toBe('info');
    expect(lines).toMatchObject([{ value: 'loud', allowed: 'one of trace, debug, info, warn, error, fatal' }]);
  });

  it('follows no more when the service ends', async () => {
    const { target, clock, stop } = follow();
    stop.abort();
    writeFileSync(file, 'debug');
    await clock.advance(10_000);
    expect(target.level).toBe('info');
  });
});
