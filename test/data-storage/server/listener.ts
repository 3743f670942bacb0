import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';

/** Where an HTTP server listens. */
export interface Address {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
}

/** An HTTP server whose listening socket can be closed for a while, as if the process behind it were gone. */
export class Listener {
  private readonly server: Server;
  private readonly host: string;
  private port: number;
  /** Opening and closing, one after the other. */
  private change: Promise<void> = Promise.resolve();

  private constructor(server: Server, { host, port }: Address) {
    this.server = server;
    this.host = host;
    this.port = port;
  }

  /** @throws Error when the port is taken */
  static async open(handler: RequestListener, address: Address): Promise<Listener> {
    const listener = new Listener(createServer(handler), address);
    await listener.accept();
    return listener;
  }

  /** Without a slash at its end. It stays the same for as long as the listener lives. */
  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** Ends all connections and refuses new ones. */
  refuse(): Promise<void> {
    return this.after(async () => {
      if (!this.server.listening) return;
      const closed = once(this.server, 'close');
      this.server.close();
      this.server.closeAllConnections();
      await closed;
    });
  }

  /** Listens again. */
  accept(): Promise<void> {
    return this.after(async () => {
      if (this.server.listening) return;
      this.server.listen(this.port, this.host);
      await once(this.server, 'listening');
      const address = this.server.address();
      if (typeof address === 'object' && address !== null) this.port = address.port;
    });
  }

  private after(change: () => Promise<void>): Promise<void> {
    const changed = this.change.then(change);
    this.change = changed.catch(() => undefined);
    return changed;
  }
}
