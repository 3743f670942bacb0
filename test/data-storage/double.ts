import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { systemClock, type Clock } from '../../src/kubernetes/clock.ts';
import type { AuditEvent } from './contract/audit-event.ts';
import type { Row } from './rows/row.ts';
import { Storage } from './rows/storage.ts';
import type { Tokens } from './server/admission.ts';
import { AuditApi } from './server/audit-api.ts';
import { WeatheredServer } from './server/weathered-server.ts';
import { fair } from './weather/forecasts.ts';
import type { Forecast } from './weather/weather.ts';

/** How a double of the data storage service is started. All but the directory may be left out. */
export interface DataStorageOptions {
  /** Where rows and queue are kept; made if it is missing. A double goes on with what is there. */
  readonly directory: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Who may come in; default: everybody. */
  readonly tokens?: Tokens;
  /** Default: nothing goes wrong. */
  readonly forecast?: Forecast;
  readonly clock?: Clock;
  /** Ids of events; default: random UUIDs. */
  readonly newId?: () => string;
  /** Milliseconds from the return of the database until what was queued is there; default two minutes, as measured. */
  readonly landingMs?: number;
  /** Milliseconds until it says that both database and queue are away; default 1.8 s, as measured. */
  readonly outageMs?: number;
}

/** A running double of the data storage service. */
export interface DataStorageDouble {
  /** Its base URL, without a slash at its end; the same for as long as it runs. */
  readonly url: string;
  /** What is stored, in the order of its arrival. */
  readonly rows: readonly Row[];
  /** What is taken and not stored, events that never will be included. */
  readonly queued: readonly AuditEvent[];
  /** Changes the weather, from the next request on. */
  forecast(forecast: Forecast): void;
  /** Takes the database or the queue in front of it away, or brings them back; what was queued is stored a while after. */
  set(parts: Parameters<Storage['set']>[0]): void;
  /** Stores at once what is queued, fits and has a database. */
  land(): void;
  /** Closes the listening socket and all connections. */
  refuse(): Promise<void>;
  /** Opens it again, at the same port. */
  accept(): Promise<void>;
  /** Ends everything, requests that hang too; the rows stay in the directory. Doing it again does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a double of the data storage service: strict about its contract, honest about what it stores, and as unreliable as
 * it is told to be.
 *
 * @throws Error when the port is taken, or the directory holds something else than rows
 */
export async function startDataStorage(options: DataStorageOptions): Promise<DataStorageDouble> {
  const { directory, host = '127.0.0.1', port = 0, tokens = {}, forecast = fair, clock = systemClock } = options;
  const { newId = randomUUID, landingMs = 120_000, outageMs = 1_800 } = options;
  const stopping = new AbortController();
  mkdirSync(directory, { recursive: true });
  const storage = new Storage({ directory, clock, newId, landingMs });
  const api = new AuditApi({ storage, tokens, clock, outageMs, stopped: stopping.signal });
  const server = await WeatheredServer.open({ address: { host, port }, api, storage, clock, forecast }).catch(
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
    forecast: (next) => void (server.forecast = next),
    set: (parts) => storage.set(parts),
    land: () => storage.land(),
    refuse: () => server.refuse(),
    accept: () => server.accept(),
    stop: async () => {
      stopping.abort();
      await server.close();
      storage.close();
    },
  };
}
