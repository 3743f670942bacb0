import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../src/kubernetes/clock.ts';
import { untilCalled } from '../rows/storage.ts';
import type { Storage } from '../rows/storage.ts';
import type { FaultPlan, Fault } from '../faults/fault.ts';
import { problem } from './api-response.ts';
import type { ApiResponse } from './api-response.ts';
import { read } from './api-request.ts';
import type { AuditApi, Store } from './audit-api.ts';
import { deliver } from './respond.ts';
import { Listener } from './listener.ts';
import type { Address } from './listener.ts';

/** Milliseconds until a port is tried again that another process uses. */
const portRetryMs = 50;

/** What a server depends on. */
export interface FaultyServerOptions {
  readonly address: Address;
  readonly api: AuditApi;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly faults: FaultPlan;
}

/** The audit API over HTTP, with the planned faults. */
export class FaultyServer {
  /** May be changed at any time, for the next requests. */
  faults: FaultPlan;
  private readonly options: FaultyServerOptions;
  private readonly listener: Listener;
  private requests = 0;
  private cancelReturn: () => void = () => undefined;
  private isClosed = false;

  private constructor(options: FaultyServerOptions, listener: Listener) {
    this.options = options;
    this.listener = listener;
    this.faults = options.faults;
  }

  /** @throws Error when the port is taken */
  static async open(options: FaultyServerOptions): Promise<FaultyServer> {
    const { promise: opened, resolve } = Promise.withResolvers<FaultyServer>();
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      opened
        .then((server) => server.answer(request, response))
        .catch((error: unknown) => fail(request, response, error));
    };
    const server = new FaultyServer(options, await Listener.open(handle, options.address));
    resolve(server);
    return server;
  }

  get url(): string {
    return this.listener.url;
  }

  /** Closes the listening socket and all connections; resolves when new ones are refused. */
  refuse(): Promise<void> {
    this.cancelReturn();
    return this.listener.refuse();
  }

  /** Opens it again, at the same port. */
  accept(): Promise<void> {
    return this.listener.accept();
  }

  /** Stops it permanently. */
  close(): Promise<void> {
    this.isClosed = true;
    return this.refuse();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const fault = await this.faults({ number: this.requests++, method, path });
    switch (fault.kind) {
      case 'hangBeforeStoring':
        return void request.resume();
      case 'resetBeforeStoring':
        return void request.socket.resetAndDestroy();
      case 'refused':
        request.socket.resetAndDestroy();
        return this.refuseFor(fault.forMs);
      default: {
        const answer = insteadOf(fault) ?? (await this.options.api.answer(await read(request), this.storeWith(fault)));
        return deliver(request, response, answer, fault.kind);
      }
    }
  }

  private storeWith(fault: Fault): Store {
    const { storage } = this.options;
    if (fault.kind !== 'queued') return (events) => storage.store(events);
    return (events) => storage.queue(events, fault.storeAfterMs ?? untilCalled);
  }

  private async refuseFor(ms: number | undefined): Promise<void> {
    await this.refuse();
    if (ms !== undefined) this.returnAfter(ms);
  }

  private returnAfter(ms: number): void {
    if (this.isClosed) return;
    this.cancelReturn();
    this.cancelReturn = this.options.clock.setTimer(ms, () => {
      this.accept().catch(() => this.returnAfter(portRetryMs));
    });
  }
}

function insteadOf(fault: Fault): ApiResponse | undefined {
  if (fault.kind === 'error') return problem(500, 'Something is broken.');
  if (fault.kind !== 'busy') return undefined;
  return problem(429, 'There are too many requests.', {
    headers: { 'retry-after': String(fault.retryAfterSeconds) },
  });
}

/** Answers an error of the fake itself. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.socket.destroyed || response.headersSent) return;
  deliver(request, response, problem(500, `The fake failed: ${String(error)}`), 'none');
}
