import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AgentOptions, RequestOptions } from 'node:https';
import type { RequestContext } from '@kubernetes/client-node';
// Not the index: it loads the generated APIs, and all that stands on them.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { systemClock, type Clock } from './clock.ts';
import type { Connection, ConnectionSource, SentRequest } from './transport.ts';
import { recordOf, stringOf } from './json.ts';
import { KubeConfigError } from './errors.ts';

/** Tokens and certificates on disk are read anew after so long; client-go takes a minute, a token overlaps by two. */
const credentialsLifetimeMs = 30_000;

/**
 * Pool settings. HTTP/1.1, one request per connection at a time: a reset hits one request and not all. A connection is
 * kept for 30 s when idle, less than the 90 s after which the API server closes it and the 60 s of common load balancers.
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
 * client-node's KubeConfig with keep-alive pools: it would open a new connection, with a TLS handshake, for each request.
 * The pools are replaced when the CA or the client certificate changes; requests under way end on the old ones.
 */
export class PooledKubeConfig extends KubeConfig implements ConnectionSource {
  /** Where the configuration came from, for messages. */
  readonly origin: string;
  /** Counts what is sent: here, where connections come from, no client can be forgotten. */
  observe: ((request: SentRequest) => void) | undefined;
  readonly #clock: Clock;
  #pools: Pools | undefined;
  #connection: { readonly value: Connection; readonly readAt: number } | undefined;

  constructor(origin: string, clock: Clock = systemClock) {
    super();
    this.origin = origin;
    this.#clock = clock;
  }

  /** Itself, if it names a cluster that can be addressed; else throws {@link KubeConfigError}. */
  checked(): this {
    const context = this.currentContext ?? '';
    if (context === '') throw new KubeConfigError(`${capitalised(this.origin)} has no current-context`);
    if (!this.getContextObject(context)) {
      throw new KubeConfigError(`${capitalised(this.origin)} has no context "${context}", its current-context`);
    }
    const cluster = this.getCurrentCluster();
    if (!cluster)
      throw new KubeConfigError(`The context "${context}" of ${this.origin} names a cluster that is not there`);
    if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server)) {
      throw new KubeConfigError(
        `The cluster "${cluster.name}" of ${this.origin} has no usable server URL: ${cluster.server}`,
      );
    }
    // client-node takes http:// only together with skipTLSVerify, although there is no TLS to verify (kubectl proxy).
    this.clusters = this.clusters.map((c) => (c.server.startsWith('http:') ? { ...c, skipTLSVerify: true } : c));
    return this;
  }

  /** Base URL of the API server, without a slash at the end. */
  get server(): string {
    return (this.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  }

  async connection(): Promise<Connection> {
    const now = this.#clock.now().getTime();
    if (this.#connection && now - this.#connection.readAt < credentialsLifetimeMs) return this.#connection.value;
    const options: RequestOptions = {};
    await this.applyToHTTPSOptions(options);
    const { dispatcher, streams } = this.#poolsFor(tlsOf(options));
    const headers = { ...headersOf(options), ...(await this.#tokenFromFile()) };
    const value = { server: this.server, headers, dispatcher, streams };
    this.#connection = { value, readAt: now };
    return value;
  }

  expire(): void {
    this.#connection = undefined;
  }

  /** Gives the generated APIs of client-node the same pools. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const { headers, dispatcher } = await this.connection();
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
    context.setDispatcher(dispatcher);
  }

  /** Ends every connection at once. */
  async close(): Promise<void> {
    const pools = this.#pools;
    this.#pools = undefined;
    this.#connection = undefined;
    await Promise.all([pools?.dispatcher.destroy(), pools?.streams.destroy()]);
  }

  /** client-node remembers the content of a token file for a minute, whatever the server says of it. */
  async #tokenFromFile(): Promise<Record<string, string>> {
    const provider = recordOf(this.getCurrentUser()?.authProvider);
    const file = stringOf(recordOf(provider['config'])['tokenFile']);
    if (file === undefined) return {};
    return { Authorization: `Bearer ${(await readFile(file, 'utf8')).trim()}` };
  }

  #poolsFor(options: AgentOptions): Pools {
    const fingerprint = fingerprintOf(options);
    if (this.#pools?.fingerprint === fingerprint) return this.#pools;
    // close() lets requests under way finish; nobody waits for that.
    void this.#pools?.dispatcher.close();
    void this.#pools?.streams.close();
    this.#pools = {
      fingerprint,
      dispatcher: this.#createPool(options, maxConnections),
      streams: this.#createPool(options, null),
    };
    return this.#pools;
  }

  #createPool(options: AgentOptions, connections: number | null): Dispatcher {
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
          `${capitalised(this.origin)} asks for the SOCKS proxy ${settings.uri}: not supported`,
        );
    }
  }
}

function tlsOf(options: RequestOptions): AgentOptions {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
  return { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
}

/** Changes whenever a connection made with other options would be another one. */
function fingerprintOf(options: AgentOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('hex');
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
