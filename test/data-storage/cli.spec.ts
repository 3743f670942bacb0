import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { aDirectory, anEvent, removeDoubles } from './data-storage.builders.ts';
import { readRows } from './rows/database.ts';

afterEach(removeDoubles);
// Starting a process takes its time where others want the machine too.
jest.setTimeout(30_000);

/** The command, running; it is ended after the test at the latest. */
function theCommand(...arguments_: string[]) {
  return spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...arguments_], { timeout: 20_000 });
}

describe('the command', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('runs the double, says where, and ends on %s', async (signal) => {
    const directory = aDirectory();
    const child = theCommand('--port', '0', '--directory', directory, '--token', 'ours');

    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    const { status } = await fetch(`${url}/api/v1/audit/events`, {
      method: 'POST',
      headers: { authorization: 'Bearer ours' },
      body: JSON.stringify(anEvent({ event_timestamp: new Date().toISOString() })),
    });
    child.kill(signal);

    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(status).toBe(201);
    expect(readRows(directory)).toHaveLength(1);
  });

  it.each([
    ['no directory', [], '--directory is missing'],
    ['a port that is none', ['--directory', '/nowhere', '--port', '70000'], "--port is '70000'"],
    ['an unknown option', ['--colour'], "Unknown option '--colour'"],
  ])('tells what is wrong with %s', async (_what, arguments_, message) => {
    const child = theCommand(...arguments_);
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));

    expect(await once(child, 'close')).toEqual([1, null]);
    expect(told).toContain(message);
    expect(told).toContain('usage:');
  });
});
