import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lock, tryLock, withLock } from './lock.ts';

/** A cache of this test; locks need no files. */
const cache = { root: `/nowhere/${process.pid}` };

describe('a lock', () => {
  it('is held by one process at a time', async () => {
    const held = await lock(cache, 'one');

    await expect(tryLock(cache, 'one')).resolves.toBeUndefined();

    await held.release();
    const next = await tryLock(cache, 'one');
    expect(next).toBeDefined();
    await next?.release();
  });

  it('does not block a lock of another name', async () => {
    const [a, b] = await Promise.all([lock(cache, 'a'), lock(cache, 'b')]);

    await Promise.all([a.release(), b.release()]);
  });

  it('shows waiting processes the reports of its holder, and is granted to the next', async () => {
    const held = await lock(cache, 'told');
    held.report('[4/13] kube-apiserver');
    const holders: string[] = [];

    const onWait = (holder: string) => {
      holders.push(holder);
      void held.release();
    };

    const waiting = withLock(cache, 'told', { onWait }, () => Promise.resolve('mine now'));

    await expect(waiting).resolves.toBe('mine now');
    expect(holders[0]).toBe(`process ${process.pid}: [4/13] kube-apiserver`);
  });

  it('can be waited for with an abort signal', async () => {
    const held = await lock(cache, 'aborted');
    const controller = new AbortController();

    const waiting = lock(cache, 'aborted', { signal: controller.signal, onWait: () => controller.abort() });

    await expect(waiting).rejects.toThrow('aborted');
    await held.release();
  });

  it('is released when its holder is killed', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'lock.ts'));
    const script = `const { lock } = await import(${module}); await lock(${JSON.stringify(cache)}, 'killed'); console.log('held');`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');

    const held = await lock(cache, 'killed', { onWait: () => void holder.kill('SIGKILL') });

    await held.release();
  });
});
