// A fake Tekton in its own process: completes each PipelineRun of its namespace as soon as it appears. Reports each
// acknowledged end to its parent, and its CPU use on request.
import { ApiServer, type ApiServerAddress, type WatchedObject } from './api-server.ts';
import { measureBusy } from './busy.ts';
import { now } from './clock.ts';
import { pipelineRunsPath } from './executions.ts';
import { trustedJson } from './json.ts';

/** Options of the fake Tekton, as JSON in its first argument. */
export interface FakeTektonStart {
  readonly address: ApiServerAddress;
  readonly namespace: string;
}

/** Messages of the fake Tekton. `ended`: names of PipelineRuns and times of their acknowledged ends, by `now`. */
export type FakeTektonMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly ended: readonly (readonly [name: string, at: number])[] }
  | { readonly kind: 'busy'; readonly busy: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Report interval in milliseconds. */
const reportEveryMs = 50;

const { address, namespace } = trustedJson<FakeTektonStart>(process.argv[2] ?? '');
const api = new ApiServer(address, 32);
const stop = new AbortController();
const taken = new Set<string>();
let ended: (readonly [string, number])[] = [];
let busy = measureBusy();

process.on('message', (asked) => {
  if (asked === 'begin') busy = measureBusy();
  else send({ kind: 'busy', busy: busy() });
});
process.on('disconnect', () => process.exit());
setInterval(report, reportEveryMs);
await api.watch(
  pipelineRunsPath(namespace),
  ({ type, object }) => void (type === 'DELETED' ? forget(object) : see(object)),
  stop.signal,
);
send({ kind: 'ready' });

function see({ metadata: { name, uid } }: WatchedObject): void {
  if (taken.has(uid)) return;
  taken.add(uid);
  end(name).catch((error: unknown) => send({ kind: 'failed', message: String(error) }));
}

function forget({ metadata: { uid } }: WatchedObject): void {
  taken.delete(uid);
}

async function end(name: string): Promise<void> {
  const time = new Date().toISOString();
  const condition = { type: 'Succeeded', status: 'True', reason: 'Succeeded', lastTransitionTime: time };
  const message = 'Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0';
  const status = { startTime: time, completionTime: time, conditions: [{ ...condition, message }] };
  const answer = await api.call('PATCH', `${pipelineRunsPath(namespace)}/${name}/status`, { status });
  if (answer.status >= 300 && answer.status !== 404) throw new Error(`${name}: ${answer.status} ${answer.text}`);
  ended.push([name, now()]);
}

function report(): void {
  if (ended.length > 0) send({ kind: 'ended', ended });
  ended = [];
}

function send(message: FakeTektonMessage): void {
  // The parent may have exited.
  process.send?.(message, undefined, undefined, () => undefined);
}
