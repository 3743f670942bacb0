import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Options of a connection. */
export interface ConnectionOptions {
  readonly port: number;
  /** ALPN protocol; plaintext if omitted. */
  readonly tls?: 'h2' | 'http/1.1';
  /** Source address. */
  readonly from?: string;
}

/** A loopback address, which the service treats as a separate client. */
export function addressOf(number: number): string {
  return `127.0.0.${2 + (number % 200)}`;
}

/** Opens a connection and discards its data; connection errors are ignored. */
export function open({ port, tls, from = '127.0.0.1' }: ConnectionOptions): Socket {
  const to = { port, host: '127.0.0.1', localAddress: from, noDelay: true };
  const socket =
    tls === undefined
      ? connectTcp(to)
      : connectTls({ ...to, ALPNProtocols: [tls], rejectUnauthorized: false, servername: 'localhost' });
  socket.on('error', () => undefined);
  return socket.resume();
}

/** Waits until a connection is established; false if it closed before. */
export async function isOpened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<boolean> {
  const stop = new AbortController();
  const first = Promise.race([
    once(socket, event, { signal: stop.signal }).then(() => true),
    once(socket, 'close', { signal: stop.signal }).then(() => false),
  ]);
  return first.finally(() => stop.abort());
}

/** Writes and waits for drain; false if the connection closed. */
export async function write(socket: Socket, bytes: string | Buffer): Promise<boolean> {
  if (socket.destroyed) return false;
  if (socket.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
  return !socket.destroyed;
}

/** Part of a status line that may be split between chunks. */
const tailLength = 16;

/** An HTTP/1.1 connection that reconnects when closed. */
export class HttpConnection {
  readonly #options: ConnectionOptions;
  #socket: Socket | undefined;
  #tail = '';
  #answered: (status: number) => void = () => undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Sends raw bytes; resolves to the response status, or 0 if the connection closed without one. */
  async send(...parts: readonly (string | Buffer)[]): Promise<number> {
    const socket = this.#open();
    const status = new Promise<number>((resolve) => (this.#answered = resolve));
    for (const part of parts) if (!(await write(socket, part))) break;
    return socket.destroyed ? 0 : status;
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const socket = open(this.#options);
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#answered(0));
    this.#tail = '';
    return (this.#socket = socket);
  }

  #read(text: string): void {
    const [, status] = /HTTP\/1\.1 ([2-5]\d\d) /.exec(this.#tail + text) ?? [];
    this.#tail = status === undefined ? text.slice(-tailLength) : '';
    if (status !== undefined) this.#answered(Number(status));
  }
}

/** A request head with these headers. */
export function head(method: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
