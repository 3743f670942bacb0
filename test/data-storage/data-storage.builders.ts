import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../src/kubernetes/fake-clock.builders.ts';
import type { Moment } from './contract/vocabulary.ts';
import { moments } from './contract/vocabulary.ts';
import { startDataStorage } from './fake-data-storage.ts';
import type { FakeDataStorage, DataStorageOptions } from './fake-data-storage.ts';

type Json = Readonly<Record<string, unknown>>;

/** The time of the tests. */
export const now = new Date('2026-11-23T10:03:00Z');

/** A valid event of a moment. Undefined fields are omitted. */
export function anEvent(changes: Json = {}, dataChanges: Json = {}, moment: Moment = moments.accepted) {
  const { phase, failure_reason, ...known } = moment;
  return {
    version: '1.0',
    ...known,
    event_timestamp: '2026-11-23T10:02:30.123456Z',
    event_category: 'workflowexecution',
    actor_type: 'service',
    actor_id: 'workflowexecution-controller',
    resource_type: 'WorkflowExecution',
    resource_id: 'we-crash',
    correlation_id: 'rr-crash',
    namespace: 'team',
    ...changes,
    event_data: {
      event_type: known.event_type,
      workflow_id: 'restart',
      workflow_version: '1.0.0',
      target_resource: 'shop/deployment/app',
      container_image: 'registry.example/restart:1.0.0',
      execution_name: 'we-crash',
      phase,
      ...(failure_reason && { failure_reason }),
      ...dataChanges,
    },
  };
}

/** A response with its body. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** A fake with a fixed clock, and a client. {@link removeFakes} removes it. */
export interface RunningFake {
  readonly fake: FakeDataStorage;
  readonly clock: FakeClock;
  readonly directory: string;
  post(body: unknown, init?: RequestInit): Promise<Reply>;
  postBatch(body: unknown, init?: RequestInit): Promise<Reply>;
  /** @param query without its question mark */
  search(query?: string, init?: RequestInit): Promise<Reply>;
}

const cleanups: (() => Promise<void>)[] = [];

/** Stops all fakes and removes their directories. */
export async function removeFakes(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup();
}

/** A directory that {@link removeFakes} removes. */
export function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'data-storage-'));
  cleanups.unshift(() => Promise.resolve(rmSync(directory, { recursive: true })));
  return directory;
}

export async function aFakeDataStorage(options: Partial<DataStorageOptions> = {}): Promise<RunningFake> {
  const { directory = aDirectory() } = options;
  const clock = new FakeClock(now);
  const fake = await startDataStorage({ clock, ...options, directory });
  cleanups.unshift(() => fake.stop());
  const ask = async (path: string, init?: RequestInit): Promise<Reply> => {
    const response = await fetch(`${fake.url}/api/v1/audit/events${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  const send = (path: string) => (body: unknown, init?: RequestInit) =>
    ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), ...init });
  const search = (query = '', init?: RequestInit) => ask(`?${query}`, init);
  return { fake, clock, directory, post: send(''), postBatch: send('/batch'), search };
}

/** Waits for a condition, at most four seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(4_000);
  while (!(await holds())) {
    if (deadline.aborted) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The code of the error with which a request fails below HTTP, such as ECONNREFUSED. */
export async function failureOf(request: Promise<unknown>): Promise<unknown> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return ((error as Error).cause as { code?: unknown } | undefined)?.code ?? (error as Error).name;
  }
}
