import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AgentOptions, RequestOptions } from 'node:https';
// Not the package's index, which loads all of client-node.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { systemClock, type Clock } from './clock.ts';
import { KubeConfigError } from './errors.ts';
import { recordOf, stringOf } from './json.ts';
import type { Connection, ConnectionSource, SentRequest } from './transport.ts';

/** How long tokens and certificates from files are used before they are read again; client-go takes a minute. */
const credentialsLifetimeMs = 30_000;

/**
 * HTTP/1.1 with one request per connection, so that a reset affects one request. Idle connections are closed after 30 s, before
 * the API server (90 s) and common load balancers (60 s) close them.
 */
const pool = { allowH2: false, pipelining: 1, keepAliveTimeout: 30_000, headersTimeout: 0, bodyTimeout: 0 } as const;
const maxConnections = 64;
const connectTimeoutMs = 10_000;

interface Pools {
  readonly fingerprint: string;
  readonly dispatcher: Dispatcher;
  readonly streams: Dispatcher;
}

/**
 * client-node's KubeConfig with keep-alive pools; client-node itself opens a connection per request. The pools are replaced when
 * the CA or the client certificate changes; requests in flight finish on the old ones.
 */
export class PooledKubeConfig extends KubeConfig implements ConnectionSource {
  /** Called after each request of any client that uses this configuration. */
  observe: ((request: SentRequest) => void) | undefined;
  /** Where the configuration comes from, for messages. */
  readonly origin: string;
  private readonly clock: Clock;
  private pools?: Pools;
  private cached?: { readonly connection: Connection; readonly readAt: number };

  constructor(origin: string, clock: Clock = systemClock) {
    super();
    this.origin = origin;
    this.clock = clock;
  }

  /**
   * Checks that the current context names a cluster with a usable URL; returns itself.
   *
   * @throws KubeConfigError if it does not
   */
  checked(): this {
    const context = this.currentContext ?? '';
    const origin = capitalized(this.origin);
    if (context === '') throw new KubeConfigError(`${origin} has no current-context`);
    if (!this.getContextObject(context)) {
      throw new KubeConfigError(`${origin} has no context "${context}", its current-context`);
    }
    const cluster = this.getCurrentCluster();
    if (!cluster)
      throw new KubeConfigError(`The context "${context}" of ${this.origin} names a cluster that does not exist`);
    if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server)) {
      throw new KubeConfigError(
        `The cluster "${cluster.name}" of ${this.origin} has no usable server URL: ${cluster.server}`,
      );
    }
    // client-node accepts http:// (kubectl proxy) only with skipTLSVerify.
    this.clusters = this.clusters.map((c) => (c.server.startsWith('http:') ? { ...c, skipTLSVerify: true } : c));
    return this;
  }

  get server(): string {
    return (this.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  }

  async connection(): Promise<Connection> {
    const now = this.clock.now().getTime();
    if (this.cached && now - this.cached.readAt < credentialsLifetimeMs) return this.cached.connection;
    const options: RequestOptions = {};
    await this.applyToHTTPSOptions(options);
    const { dispatcher, streams } = this.poolsFor(tlsOf(options));
    const headers = { ...headersOf(options), ...(await this.tokenFromFile()) };
    const connection = { server: this.server, headers, dispatcher, streams };
    this.cached = { connection, readAt: now };
    return connection;
  }

  expire(): void {
    this.cached = undefined;
  }

  /** Closes every connection immediately. */
  async close(): Promise<void> {
    const { pools } = this;
    this.pools = undefined;
    this.cached = undefined;
    await Promise.all([pools?.dispatcher.destroy(), pools?.streams.destroy()]);
  }

  /** client-node caches a token file for a minute, even after a 401. */
  private async tokenFromFile(): Promise<Record<string, string>> {
    const provider = recordOf(this.getCurrentUser()?.authProvider);
    const file = stringOf(recordOf(provider['config'])['tokenFile']);
    if (file === undefined) return {};
    return { Authorization: `Bearer ${(await readFile(file, 'utf8')).trim()}` };
  }

  private poolsFor(options: AgentOptions): Pools {
    const fingerprint = createHash('sha256').update(JSON.stringify(options)).digest('hex');
    if (this.pools?.fingerprint === fingerprint) return this.pools;
    // close() waits for requests in flight.
    void this.pools?.dispatcher.close();
    void this.pools?.streams.close();
    this.pools = {
      fingerprint,
      dispatcher: this.createPool(options, maxConnections),
      streams: this.createPool(options, null),
    };
    return this.pools;
  }

  private createPool(options: AgentOptions, connections: number | null): Dispatcher {
    const settings = this.createDispatcherOptions(this.getCurrentCluster(), options);
    switch (settings.type) {
      case 'agent':
        return new Agent({ ...pool, connections, connect: { ...settings.connect, timeout: connectTimeoutMs } });
      case 'none':
        return new Agent({ ...pool, connections, connect: { timeout: connectTimeoutMs } });
      case 'proxy':
        return new ProxyAgent({ ...pool, connections, uri: settings.uri, requestTls: settings.requestTls });
      case 'socks':
        throw new KubeConfigError(
          `${capitalized(this.origin)} asks for the SOCKS proxy ${settings.uri}: not supported`,
        );
    }
  }
}

function tlsOf(options: RequestOptions): AgentOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  return { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
