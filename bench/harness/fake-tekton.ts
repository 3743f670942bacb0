import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ApiServerAddress } from '../load/api-server.ts';
import type { FakeTektonMessage, FakeTektonStart } from '../load/fake-tekton.ts';

/** A fake Tekton process. */
export interface FakeTektonProcess {
  readonly pid: number;
  /** Restarts the measurement of its CPU use. */
  readonly begin: () => void;
  /** Its use of one core since then, as a fraction. */
  readonly busy: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Called when the API server has acknowledged the end of a PipelineRun, at a time by `now`. */
export type OnEnded = (pipelineRun: string, at: number) => void;

/**
 * Starts a fake Tekton; it watches the namespace when this resolves.
 *
 * @param onFailed called with errors
 */
export async function startFakeTektonProcess(
  address: ApiServerAddress,
  namespace: string,
  onEnded: OnEnded,
  onFailed: (message: string) => void,
): Promise<FakeTektonProcess> {
  const start: FakeTektonStart = { address, namespace };
  const child = fork(join(import.meta.dirname, '..', 'load', 'fake-tekton.ts'), [JSON.stringify(start)]);
  const exited = once(child, 'exit');
  const ready = Promise.withResolvers<void>();
  const askers: ((busy: number) => void)[] = [];
  child.on('message', (message: FakeTektonMessage) => {
    if (message.kind === 'ready') ready.resolve();
    else if (message.kind === 'failed') onFailed(`the fake Tekton failed: ${message.message}`);
    else if (message.kind === 'busy') askers.shift()?.(message.busy);
    else for (const [name, at] of message.ended) onEnded(name, at);
  });
  await Promise.race([ready.promise, exited.then(() => Promise.reject(new Error('the fake Tekton has exited')))]);
  return {
    pid: child.pid ?? 0,
    begin: () => void child.send('begin'),
    busy: () =>
      new Promise((resolve) => {
        askers.push(resolve);
        child.send('busy');
      }),
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}
