import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Arrivals, Watcher, WatchersResponse, WatchersRequest } from '../load/watchers.ts';

/** What has come to watchers, and how busy each of their processes was, as parts of one core. */
export interface WatchersReport {
  readonly arrivals: Arrivals;
  readonly busy: readonly number[];
}

/** Processes full of watchers. */
export interface WatchersProcesses {
  /** Opens more; resolves when all of them have been told the current state. */
  readonly open: (watchers: readonly Watcher[]) => Promise<void>;
  /** Forgets what has come so far, and measures anew how busy they are. */
  readonly begin: () => Promise<void>;
  /** What has come since then. */
  readonly report: () => Promise<WatchersReport>;
  /** Ends them; doing it again does nothing. */
  readonly stop: () => Promise<void>;
}

/** Starts processes for watchers, which share them evenly. */
export function startWatchersProcesses(count: number): WatchersProcesses {
  const processes = Array.from({ length: count }, startOne);
  const all = (question: WatchersRequest) => Promise.all(processes.map(({ ask }) => ask(question)));
  return {
    async open(watchers) {
      // Neighbours stay together: they may share a connection.
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

/** One process; a failure of a watcher, whenever it comes, is that of whoever asks next. */
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
