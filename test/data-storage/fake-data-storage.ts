import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { systemClock, type Clock } from '../../src/kubernetes/clock.ts';
import type { AuditEvent } from './contract/audit-event.ts';
import type { Row } from './rows/row.ts';
import { Storage } from './rows/storage.ts';
import type { Tokens } from './server/admission.ts';
import { AuditApi } from './server/audit-api.ts';
import { FaultyServer } from './server/faulty-server.ts';
import { noFaults } from './faults/fault-plans.ts';
import type { FaultPlan } from './faults/fault.ts';

/** Options of the fake data storage service; all but the directory have defaults. */
export interface DataStorageOptions {
  /** Where rows and queue are stored; created if missing, and kept if present. */
  readonly directory: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** The tokens that are accepted; default: everything. */
  readonly tokens?: Tokens;
  /** Default: none. */
  readonly faults?: FaultPlan;
  readonly clock?: Clock;
  /** Ids of events; default: random UUIDs. */
  readonly newId?: () => string;
  /** Milliseconds from the return of the database until queued events are stored; default two minutes, as measured. */
  readonly storeAfterMs?: number;
  /** Milliseconds until it reports that database and queue are unavailable; default 1.8 s, as measured. */
  readonly outageMs?: number;
}

/** A running fake of the data storage service. */
export interface FakeDataStorage {
  /** The base URL, without a slash at the end; it never changes. */
  readonly url: string;
  /** The stored events, in the order of their arrival. */
  readonly rows: readonly Row[];
  /** The accepted events that are not stored, including those that never will be. */
  readonly queued: readonly AuditEvent[];
  /** Changes the fault, from the next request on. */
  setFaults(faults: FaultPlan): void;
  /** Makes the database or its queue unavailable or available; queued events are stored some time later. */
  set(parts: Parameters<Storage['set']>[0]): void;
  /** Stores queued events now, if they fit and the database is available. */
  storeQueued(): void;
  /** Closes the listening socket and all connections. */
  refuse(): Promise<void>;
  /** Opens it again, at the same port. */
  accept(): Promise<void>;
  /** Stops it, and ends requests that hang; the rows stay in the directory. */
  stop(): Promise<void>;
}

/**
 * Starts a fake of the data storage service. It enforces the contract, and fails as planned.
 *
 * @throws Error if the port is taken, or a file in the directory has anything but rows
 */
export async function startDataStorage(options: DataStorageOptions): Promise<FakeDataStorage> {
  const { directory, host = '127.0.0.1', port = 0, tokens = {}, faults = noFaults, clock = systemClock } = options;
  const { newId = randomUUID, storeAfterMs = 120_000, outageMs = 1_800 } = options;
  const stopping = new AbortController();
  mkdirSync(directory, { recursive: true });
  const storage = new Storage({ directory, clock, newId, storeAfterMs });
  const api = new AuditApi({ storage, tokens, clock, outageMs, stopped: stopping.signal });
  const server = await FaultyServer.open({ address: { host, port }, api, storage, clock, faults }).catch(
    (error: unknown) => {
      storage.close();
      throw error;
    },
  );
  return {
    get rows() {
      return storage.rows;
    },
    get queued() {
      return storage.queued;
    },
    url: server.url,
    setFaults: (next) => void (server.faults = next),
    set: (parts) => storage.set(parts),
    storeQueued: () => storage.storeQueued(),
    refuse: () => server.refuse(),
    accept: () => server.accept(),
    stop: async () => {
      stopping.abort();
      await server.close();
      storage.close();
    },
  };
}
