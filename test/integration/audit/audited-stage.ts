import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/config/config.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { startDataStorage, type DataStorageDouble, type DataStorageOptions } from '../../data-storage/index.ts';
import { Stage } from '../reconciler/stage.ts';

/** A stage of the reconciler with a data storage service beside it. */
export class AuditedStage extends Stage {
  #storage: DataStorageDouble | undefined;
  #directory = '';

  get storage(): DataStorageDouble {
    if (this.#storage === undefined) throw new Error('data storage is not there');
    return this.#storage;
  }

  /** A directory that goes with the stage. */
  get directory(): string {
    return this.#directory;
  }

  /** Opens the stage and starts data storage, with what is given over the defaults. */
  async openWithStorage(options: Partial<DataStorageOptions> = {}): Promise<this> {
    await this.open();
    this.#directory = await mkdtemp(join(tmpdir(), 'data-storage-'));
    this.#storage = await startDataStorage({ directory: this.#directory, ...options });
    return this;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#storage?.stop();
    await rm(this.#directory, { recursive: true });
  }

  /** Settings of a reconciler that tells data storage, and does not wait for long where it has to wait. */
  settings(over: Partial<Config> = {}): Partial<Config> {
    return { dataStorageUrl: this.storage.url, dataStorageTimeoutMs: 2_000, auditSettleMs: 500, ...over };
  }

  /** What data storage has of an execution, in the order of its arrival. */
  trailOf(name: string) {
    return this.storage.rows.map(({ event }) => event).filter(({ resource_id }) => resource_id === name);
  }

  /** Waits until an execution says this of its audit events. */
  recorded(name: string, reason: string): Promise<WorkflowExecution> {
    return this.until(
      name,
      `the events of ${name} are ${reason}`,
      (execution) => auditOf(execution)?.reason === reason,
    );
  }
}

/** What an execution says of its audit events. */
export function auditOf({ status }: WorkflowExecution) {
  return status?.conditions?.find(({ type }) => type === 'AuditRecorded');
}

/**
 * A server in front of another one that answers requests whose body holds a text with 400, as data storage does with events
 * that it does not like.
 */
export async function refusingProxy(target: string, text: string): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((incoming, response) => void refuseOrForward(target, text, incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function refuseOrForward(target: string, text: string, incoming: IncomingMessage, response: ServerResponse) {
  let body = '';
  for await (const part of incoming.setEncoding('utf8')) body += String(part);
  if (body.includes(text)) {
    response.writeHead(400, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', title: 'Bad Request', status: 400, detail: 'not this one' }));
    return;
  }
  const { method, headers } = incoming;
  const forwarded = request(`${target}${incoming.url ?? ''}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  forwarded.once('error', () => response.destroy());
  forwarded.end(body);
}
