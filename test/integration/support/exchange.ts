import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { request } from 'undici';
import type { ConnectionSource } from '../../../src/kubernetes/transport.ts';

/** The answer of the API server, its body not read yet. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Readable;
}

/** Hop-by-hop headers, and those that the proxy invalidates when it reads the body. */
const hopByHop = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect']);

/** One request that came to the fault proxy, and what can be done with it. */
export class Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #upstream: ConnectionSource;
  readonly #body: Promise<Buffer>;
  #answer: UpstreamAnswer | undefined;
  #frozen = false;

  constructor(incoming: IncomingMessage, response: ServerResponse, upstream: ConnectionSource) {
    this.method = incoming.method ?? 'GET';
    this.url = new URL(incoming.url ?? '/', 'http://fault-proxy');
    this.headers = incoming.headers;
    this.#incoming = incoming;
    this.#response = response;
    this.#upstream = upstream;
    this.#body = readAll(incoming);
    this.#body.catch(() => undefined);
    response.on('close', () => this.#answer?.body.destroy());
  }

  /** Resolves when the whole request has arrived: it can be forwarded after its client has gone. */
  async received(): Promise<void> {
    await this.#body;
  }

  /** Sends the request on. The request has taken effect when this resolves to a success. */
  async forward(): Promise<UpstreamAnswer> {
    const { server, headers, streams } = await this.#upstream.connection();
    const body = await this.#body;
    const answer = await request(`${server}${this.url.pathname}${this.url.search}`, {
      method: this.#incoming.method ?? 'GET',
      headers: { ...withoutHopByHop(headers), ...withoutHopByHop(this.headers) },
      body: body.length > 0 ? body : null,
      dispatcher: streams,
    });
    answer.body.on('error', () => this.reset());
    this.#answer = { status: answer.statusCode, headers: withoutHopByHop(answer.headers), body: answer.body };
    return this.#answer;
  }

  /** Forwards the request and streams the response back. */
  async pass(): Promise<void> {
    const answer = await this.forward();
    this.begin(answer.status, answer.headers);
    if (!this.#frozen) answer.body.pipe(this.#response);
  }

  /** Begins an answer. */
  begin(status: number, headers: Readonly<Record<string, string | string[]>>): void {
    this.#response.writeHead(status, headers);
    this.#response.flushHeaders();
  }

  /** Sends a part of the body. */
  write(part: string | Buffer): void {
    this.#response.write(part);
  }

  /** Ends the answer in an orderly way. */
  end(): void {
    this.#response.end();
  }

  /** Sends nothing more without closing: a dead connection. */
  freeze(): void {
    this.#frozen = true;
    this.#answer?.body.unpipe(this.#response);
  }

  /** Resets the connection (TCP RST). */
  reset(): void {
    this.#answer?.body.destroy();
    const { socket } = this.#incoming;
    if (socket instanceof Socket) socket.resetAndDestroy();
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function withoutHopByHop(headers: Readonly<Record<string, string | string[] | undefined>>) {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (value !== undefined && !hopByHop.has(lower)) kept[lower] = value;
  }
  return kept;
}
