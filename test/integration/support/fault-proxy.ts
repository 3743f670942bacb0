import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ConnectionSource } from '../../../src/kubernetes/transport.ts';
import { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { Exchange } from './exchange.ts';
import type { Fault } from './faults.ts';

/** Which requests a rule matches; absent fields match everything. */
export interface Match {
  readonly method?: string;
  /** End of the path, or an expression that it matches. */
  readonly path?: string | RegExp;
  /** An expression that the query string matches. */
  readonly query?: RegExp;
  /** Watches, or all but watches. */
  readonly watch?: boolean;
}

/** A recorded request. */
export type SeenRequest = Pick<Exchange, 'method' | 'url' | 'headers'>;

const maxRemembered = 10_000;

/** An injected fault. */
export interface Injection {
  /** Number of affected requests. */
  readonly hits: number;
  remove(): void;
}

interface Rule {
  readonly match: Match;
  readonly fault: Fault;
  left: number;
  hits: number;
}

interface Waiter {
  readonly match: Match;
  readonly resolve: (exchange: Exchange) => void;
}

/**
 * An HTTP proxy in front of an API server that forwards everything unless faults are injected. Clients talk plain
 * HTTP to it; it has the credentials for the API server and adds them to requests that bring none.
 */
export class FaultProxy implements AsyncDisposable {
  /** The requests so far (the last ten thousand of them), oldest first. */
  readonly requests: SeenRequest[] = [];
  readonly #upstream: ConnectionSource;
  readonly #server: Server;
  readonly #rules = new Set<Rule>();
  readonly #open = new Set<Exchange>();
  readonly #waiters = new Set<Waiter>();
  #port = 0;

  /** A proxy in front of the API server that `upstream` leads to; call {@link listen} first. */
  constructor(upstream: ConnectionSource) {
    this.#upstream = upstream;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Begins to listen: on a free port of 127.0.0.1 the first time, on the same port after {@link close}. */
  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    return this;
  }

  /** Resets every connection and refuses new ones, as a server does that was killed. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut({});
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Base URL for clients. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A client configuration for this proxy; with `user` the client does not act as the proxy does. */
  kubeConfig(user: { readonly token?: string; readonly impersonateUser?: string } = {}): PooledKubeConfig {
    const config = new PooledKubeConfig('the fault proxy');
    config.loadFromClusterAndUser(
      { name: 'fault-proxy', server: this.url, skipTLSVerify: false },
      { name: 'test', ...user },
    );
    return config.checked();
  }

  /** Injects a fault into matching requests, `times` times (default: until removed). Earlier injections come first. */
  inject(match: Match, fault: Fault, times = Infinity): Injection {
    const rule: Rule = { match, fault, left: times, hits: 0 };
    this.#rules.add(rule);
    return {
      get hits() {
        return rule.hits;
      },
      remove: () => void this.#rules.delete(rule),
    };
  }

  /** Resets the connections of all matching requests in flight; returns how many. */
  cut(match: Match): number {
    return this.#each(match, (exchange) => exchange.reset());
  }

  /** Stops answering all matching requests in flight without closing their connections; returns how many. */
  freeze(match: Match): number {
    return this.#each(match, (exchange) => exchange.freeze());
  }

  /** The next matching request. The caller bounds the wait. */
  next(match: Match): Promise<Exchange> {
    return new Promise((resolve) => this.#waiters.add({ match, resolve }));
  }

  /** The matching requests so far, oldest first. */
  seen(match: Match): SeenRequest[] {
    return this.requests.filter((request) => matches(match, request));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = new Exchange(request, response, this.#upstream);
    const { method, url, headers } = exchange;
    if (this.requests.push({ method, url, headers }) > maxRemembered) this.requests.shift();
    this.#open.add(exchange);
    response.on('close', () => this.#open.delete(exchange));
    this.#announce(exchange);
    try {
      const fault = this.#faultFor(exchange);
      await (fault ? fault(exchange) : exchange.pass());
    } catch {
      // The API server broke off or the client has gone: to a client both look like a reset.
      exchange.reset();
    }
  }

  #announce(exchange: Exchange): void {
    for (const waiter of this.#waiters) {
      if (!matches(waiter.match, exchange)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(exchange);
    }
  }

  #faultFor(exchange: Exchange): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.left <= 0 || !matches(rule.match, exchange)) continue;
      rule.left--;
      rule.hits++;
      return rule.fault;
    }
    return undefined;
  }

  #each(match: Match, act: (exchange: Exchange) => void): number {
    const chosen = [...this.#open].filter((exchange) => matches(match, exchange));
    for (const exchange of chosen) act(exchange);
    return chosen.length;
  }
}

function matches(match: Match, { method, url }: SeenRequest): boolean {
  const { pathname, searchParams } = url;
  if (match.method !== undefined && match.method !== method) return false;
  if (match.watch !== undefined && match.watch !== (searchParams.get('watch') === 'true')) return false;
  if (match.query?.test(url.search) === false) return false;
  if (typeof match.path === 'string') return pathname.endsWith(match.path);
  return match.path?.test(pathname) ?? true;
}
