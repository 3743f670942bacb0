import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arrivals, Watcher, WatchersResponse, WatchersRequest } from '../load/watchers.ts';

/** Events of the watchers, and each process's use of one core. */
export interface WatchersReport {
  readonly arrivals: Arrivals;
  readonly busy: readonly number[];
}

/** Watcher processes. */
export interface WatchersProcesses {
  /** Opens more watchers; resolves when all have received the current state. */
  readonly open: (watchers: readonly Watcher[]) => Promise<void>;
  /** Clears the received events and restarts the measurement of CPU use. */
  readonly begin: () => Promise<void>;
  /** Events since then. */
  readonly report: () => Promise<WatchersReport>;
  /** Stops them; idempotent. */
  readonly stop: () => Promise<void>;
}

/** Starts processes that share the watchers evenly. */
export function startWatchersProcesses(count: number): WatchersProcesses {
  const processes = Array.from({ length: count }, startOne);
  const all = (question: WatchersRequest) => Promise.all(processes.map(({ ask }) => ask(question)));
  return {
    async open(watchers) {
      // Consecutive watchers stay together: they may share a connection.
      const each = Math.ceil(watchers.length / count);
      const share = (index: number) => watchers.slice(index * each, (index + 1) * each);
      await Promise.all(processes.map(({ ask }, index) => ask({ kind: 'open', watchers: share(index) })));
    },
    async begin() {
      await all({ kind: 'begin' });
    },
    async report() {
      const answers = (await all({ kind: 'report' })).filter((answer) => answer.kind === 'report');
      return { arrivals: answers.flatMap(({ arrivals }) => arrivals), busy: answers.map(({ busy }) => busy) };
    },
    async stop() {
      await Promise.all(processes.map(({ stop }) => stop()));
    },
  };
}

/** Starts one process; a failed watcher rejects the next request. */
function startOne() {
  const child = fork(join(import.meta.dirname, '..', 'load', 'watchers.ts'), { serialization: 'advanced' });
  const exited = once(child, 'exit');
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const askers: ((answer: WatchersResponse) => void)[] = [];
  child.on('message', (answer: WatchersResponse) => {
    if (answer.kind === 'failed') failed.reject(new Error(`a watcher failed: ${answer.message}`));
    else askers.shift()?.(answer);
  });
  void exited.then(() => failed.reject(new Error('the watchers have exited')));
  const ask = (question: WatchersRequest): Promise<WatchersResponse> => {
    const answer = new Promise<WatchersResponse>((resolve) => askers.push(resolve));
    child.send(question);
    return Promise.race([answer, failed.promise]);
  };
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await exited;
  };
  return { ask, stop };
}
