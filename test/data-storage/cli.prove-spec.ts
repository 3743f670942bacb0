import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from '@jest/globals';
import { aDirectory, anEvent, removeFakes } from './data-storage.builders.ts';
import { readRows } from './rows/database.ts';

afterEach(removeFakes);

it('the command runs the fake, prints its address, and keeps its rows when it is interrupted', async () => {
  const directory = aDirectory();
  const arguments_ = ['--port', '0', '--directory', directory, '--token', 'ours'];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...arguments_], { timeout: 20_000 });

  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { status } = await fetch(`${/http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]}/api/v1/audit/events`, {
    method: 'POST',
    headers: { authorization: 'Bearer ours' },
    body: JSON.stringify(anEvent({ event_timestamp: new Date().toISOString() })),
  });
  child.kill('SIGINT');

  expect(await once(child, 'exit')).toEqual([0, null]);
  expect([status, readRows(directory).length]).toEqual([201, 1]);
});
