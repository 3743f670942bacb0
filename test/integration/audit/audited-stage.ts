import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/config/config.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import {
  startDataStorage,
  type DataStorageDouble,
  type DataStorageOptions,
  type Meddling,
} from '../../data-storage/index.ts';
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

/** Refuses requests whose body holds a text, as data storage does with events that it does not like. */
export function refusing(text: string): Meddling {
  const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'not this one' };
  const refused = { status: 400, body: JSON.stringify(problem) };
  return ({ body }, forward) => (body.includes(text) ? Promise.resolve(refused) : forward());
}
