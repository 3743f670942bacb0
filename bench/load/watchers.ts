// Many watchers of the execution API in their own process. Records the arrival of each event, and reports arrivals and CPU use
// to its parent on request.
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { forEachParallel } from '../../test/support/parallel.ts';
import { measureBusy } from './busy.ts';
import { now } from './clock.ts';
import { GrpcClient } from './grpc.ts';
import type { ServiceAddress } from './service-address.ts';

/** A watcher. */
export interface Watcher extends ServiceAddress {
  /** A WatchWorkflowExecutionsRequest. */
  readonly request: object;
  /** Watchers of one name share a connection. */
  readonly connection: string;
}

/** Requests to the process: open watchers, clear arrivals, report arrivals. */
export type WatchersRequest =
  { readonly kind: 'open'; readonly watchers: readonly Watcher[] } | { readonly kind: 'begin' | 'report' };

/** Arrival times of events by resourceVersion, by `now`. */
export type Arrivals = readonly (readonly [resourceVersion: string, at: Float64Array])[];

/** Responses of the process: all watchers are opened and synced, or a report. */
export type WatchersResponse =
  | { readonly kind: 'done' }
  | { readonly kind: 'report'; readonly arrivals: Arrivals; readonly busy: number }
  | { readonly kind: 'failed'; readonly message: string };

/** `WATCH_EVENT_TYPE_UPDATED` and `WATCH_EVENT_TYPE_SYNCED`. */
const [updated, synced] = [1, 3];
/** Number of concurrent opens. */
const openedAtOnce = 32;

const arrivals = new Map<string, number[]>();
const clients = new Map<string, GrpcClient>();
let busy = measureBusy();

process.on('message', (question: WatchersRequest) => {
  answer(question).then(send, (error: unknown) => send({ kind: 'failed', message: String(error) }));
});
process.on('disconnect', () => process.exit());

async function answer(question: WatchersRequest): Promise<WatchersResponse> {
  if (question.kind === 'open') {
    await forEachParallel(openedAtOnce, question.watchers, open);
  } else if (question.kind === 'report') {
    return {
      kind: 'report',
      busy: busy(),
      arrivals: [...arrivals].map(([version, at]) => [version, Float64Array.from(at)]),
    };
  } else {
    arrivals.clear();
    busy = measureBusy();
  }
  return { kind: 'done' };
}

/** Resolves when the watcher has received the current state. */
async function open({ request, connection, ...address }: Watcher): Promise<void> {
  const initialState = Promise.withResolvers<void>();
  const client = clients.get(connection) ?? new GrpcClient(address);
  clients.set(connection, client);
  const stream = client.stream('WatchWorkflowExecutions', request, (message) => {
    const { type, resourceVersion } = read(message);
    if (type === synced) initialState.resolve();
    if (type === updated) note(resourceVersion);
  });
  stream.ended.catch((error: unknown) => send({ kind: 'failed', message: String(error) }));
  await Promise.race([initialState.promise, stream.ended]);
}

function note(resourceVersion: string): void {
  const at = arrivals.get(resourceVersion);
  if (at === undefined) arrivals.set(resourceVersion, [now()]);
  else at.push(now());
}

/** The fields of a WatchWorkflowExecutionsResponse other than the execution. */
function read(message: Buffer): { readonly type: number; readonly resourceVersion: string } {
  const reader = new BinaryReader(message);
  let [type, resourceVersion] = [0, ''];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) type = reader.int32();
    else if (field === 3) resourceVersion = reader.string();
    else reader.skip(wireType);
  }
  return { type, resourceVersion };
}

function send(message: WatchersResponse): void {
  // The parent may have exited.
  process.send?.(message, undefined, undefined, () => undefined);
}
