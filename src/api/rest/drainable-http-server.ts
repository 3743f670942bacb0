import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { DrainableServer } from '../call/drain.ts';

/** How often connections are looked for that have become idle, in milliseconds. */
const lookEveryMs = 50;

/**
 * An HTTP server that does not wait for connections on which nothing happens: Node itself would let each run into its
 * keep-alive time-out.
 */
export class DrainableHttpServer implements DrainableServer {
  constructor(private readonly server: Server | HttpsServer) {}

  close(): Promise<void> {
    // A connection whose last answer was on its way is idle a moment later.
    const idle = setInterval(() => this.server.closeIdleConnections(), lookEveryMs).unref();
    return new Promise((resolve) => {
      this.server.close(() => {
        clearInterval(idle);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  force(): void {
    this.server.closeAllConnections();
  }
}
