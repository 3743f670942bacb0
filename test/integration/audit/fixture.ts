import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/config/config.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import {
  startDataStorage,
  type FakeDataStorage,
  type DataStorageOptions,
  type ProxyHandler,
} from '../../data-storage/index.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';

/** A reconciler fixture with a data storage service of its own. */
export class AuditFixture extends ReconcilerFixture {
  private dataStorage: FakeDataStorage | undefined;
  private temporaryDirectory = '';

  get storage(): FakeDataStorage {
    if (this.dataStorage === undefined) throw new Error('the fixture has no data storage');
    return this.dataStorage;
  }

  /** A directory that is removed with the fixture. */
  get directory(): string {
    return this.temporaryDirectory;
  }

  /** Opens the fixture and starts data storage. */
  async openWithStorage(options: Partial<DataStorageOptions> = {}): Promise<this> {
    await this.open();
    this.temporaryDirectory = await mkdtemp(join(tmpdir(), 'data-storage-'));
    this.dataStorage = await startDataStorage({ directory: this.temporaryDirectory, ...options });
    return this;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.dataStorage?.stop();
    await rm(this.temporaryDirectory, { recursive: true });
  }

  /** Settings of a reconciler that sends its audit events to data storage, with short waits. */
  settings(over: Partial<Config> = {}): Partial<Config> {
    return { dataStorageUrl: this.storage.url, dataStorageTimeoutMs: 2_000, auditSettleMs: 500, ...over };
  }

  /** The stored events of an execution, in the order of their arrival. */
  eventsOf(name: string) {
    return this.storage.rows.map(({ event }) => event).filter(({ resource_id }) => resource_id === name);
  }

  /** Waits until the condition AuditRecorded of an execution has a reason. */
  recorded(name: string, reason: string): Promise<WorkflowExecution> {
    return this.until(
      name,
      `AuditRecorded of ${name} is ${reason}`,
      (execution) => auditOf(execution)?.reason === reason,
    );
  }
}

/** The condition AuditRecorded. */
export function auditOf({ status }: WorkflowExecution) {
  return status?.conditions?.find(({ type }) => type === 'AuditRecorded');
}

/** Refuses requests whose body contains a text with 400, as data storage does with invalid events. */
export function refusing(text: string): ProxyHandler {
  const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'not this one' };
  const refused = { status: 400, body: JSON.stringify(problem) };
  return ({ body }, forward) => (body.includes(text) ? Promise.resolve(refused) : forward());
}
