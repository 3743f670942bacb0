import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { endProcess, findByEnvironment, identify, isAlive, ownIdentity, sendSignal } from './process.ts';

/** Starts a shell script that says when it is there. */
async function aProcess(script: string, env = process.env) {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], env });
  await once(child.stdout, 'data');
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('the process ended at once');
  return { child, identity };
}

const patient = 'echo ready; exec sleep 60';
const stubborn = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
/** Replaces its program by exec again and again. */
const replacing = 'echo ready; exec /bin/sh -c "$SPEC_AGAIN"';

describe('a process', () => {
  it('is alive until it is stopped', async () => {
    const { identity } = await aProcess(patient);
    expect(isAlive(identity)).toBe(true);

    await endProcess(identity);

    expect(isAlive(identity)).toBe(false);
  });

  it('is killed when it ignores SIGTERM', async () => {
    const { child, identity } = await aProcess(stubborn);
    const ended = once(child, 'exit');

    await endProcess(identity, 100);

    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('is distinguished from a later one with its pid', () => {
    const earlier = { ...ownIdentity(), startTime: '1' };

    sendSignal(earlier, 'SIGKILL');

    expect(isAlive(earlier)).toBe(false);
    expect(isAlive(ownIdentity())).toBe(true);
  });

  it('is found by a variable of its environment', async () => {
    const mark = `spec-${process.pid}`;
    const { identity } = await aProcess(patient, { ...process.env, SPEC_MARK: mark });

    const found = findByEnvironment('SPEC_MARK', mark);

    expect(found).toContainEqual(identity);
    await Promise.all(found.map((one) => endProcess(one)));
    expect(findByEnvironment('SPEC_MARK', mark)).toEqual([]);
  });

  it('is found by a variable of its environment during exec', async () => {
    const mark = `spec-exec-${process.pid}`;
    const { identity } = await aProcess(replacing, { ...process.env, SPEC_MARK: mark, SPEC_AGAIN: replacing });

    const found = Array.from({ length: 300 }, () => findByEnvironment('SPEC_MARK', mark));

    expect(found.filter((identities) => identities.length !== 1)).toEqual([]);
    await endProcess(identity);
  });
});
