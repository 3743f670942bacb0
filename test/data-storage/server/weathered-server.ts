import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../src/kubernetes/clock.ts';
import { untilTold } from '../rows/storage.ts';
import type { Storage } from '../rows/storage.ts';
import type { Forecast, Weather } from '../weather/weather.ts';
import { problem } from './answer.ts';
import type { Answer } from './answer.ts';
import { read } from './asked.ts';
import type { AuditApi, Take } from './audit-api.ts';
import { deliver } from './deliver.ts';
import { Listener } from './listener.ts';
import type { Address } from './listener.ts';

/** Milliseconds after which a port is tried again that somebody else has got meanwhile. */
const portRetryMs = 50;

/** What a server depends on. */
export interface WeatheredServerOptions {
  readonly address: Address;
  readonly api: AuditApi;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly forecast: Forecast;
}

/** The audit API over HTTP, in the weather of its forecast. */
export class WeatheredServer {
  /** May be changed at any time; the next request is the first that feels it. */
  forecast: Forecast;
  readonly #options: WeatheredServerOptions;
  readonly #listener: Listener;
  #requests = 0;
  #cancelReturn: () => void = () => undefined;
  #isClosed = false;

  private constructor(options: WeatheredServerOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    this.forecast = options.forecast;
  }

  /** @throws Error when the port is taken */
  static async open(options: WeatheredServerOptions): Promise<WeatheredServer> {
    const { promise: opened, resolve } = Promise.withResolvers<WeatheredServer>();
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      opened
        .then((server) => server.#answer(request, response))
        .catch((error: unknown) => fail(request, response, error));
    };
    const server = new WeatheredServer(options, await Listener.open(handle, options.address));
    resolve(server);
    return server;
  }

  get url(): string {
    return this.#listener.url;
  }

  /** Closes the listening socket and all connections, those that hang too; resolves when nobody can connect. */
  refuse(): Promise<void> {
    this.#cancelReturn();
    return this.#listener.refuse();
  }

  /** Opens it again, at the same port. */
  accept(): Promise<void> {
    return this.#listener.accept();
  }

  /** Ends it for good. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.refuse();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const weather = await this.forecast({ number: this.#requests++, method, path });
    switch (weather.kind) {
      case 'hangBeforeTaking':
        return void request.resume();
      case 'resetBeforeTaking':
        return void request.socket.resetAndDestroy();
      case 'refused':
        request.socket.resetAndDestroy();
        return this.#refuseFor(weather.forMs);
      default: {
        const answer =
          insteadOf(weather) ?? (await this.#options.api.answer(await read(request), this.#takeIn(weather)));
        return deliver(request, response, answer, weather.kind);
      }
    }
  }

  #takeIn(weather: Weather): Take {
    const { storage } = this.#options;
    if (weather.kind !== 'queued') return (events) => storage.take(events);
    return (events) => storage.queue(events, weather.landingMs ?? untilTold);
  }

  async #refuseFor(ms: number | undefined): Promise<void> {
    await this.refuse();
    if (ms !== undefined) this.#returnAfter(ms);
  }

  #returnAfter(ms: number): void {
    if (this.#isClosed) return;
    this.#cancelReturn();
    this.#cancelReturn = this.#options.clock.setTimer(ms, () => {
      this.accept().catch(() => this.#returnAfter(portRetryMs));
    });
  }
}

function insteadOf(weather: Weather): Answer | undefined {
  if (weather.kind === 'broken') return problem(500, 'Something is broken.');
  if (weather.kind !== 'busy') return undefined;
  return problem(429, 'There are too many requests.', {
    headers: { 'retry-after': String(weather.retryAfterSeconds) },
  });
}

/** Of a client that has gone away nothing is left to be told; all else is a fault of the double. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.socket.destroyed || response.headersSent) return;
  deliver(request, response, problem(500, `The double has failed: ${String(error)}`), 'fair');
}
