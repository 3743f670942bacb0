import { credentials } from '@grpc/grpc-js';
import { Agent } from 'undici';
import { WorkflowExecutionServiceClient } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { withToken } from '../../support/callers.ts';

/** Addresses of a replica, `host:port`. */
export interface Endpoint {
  readonly http: string;
  readonly grpc: string;
}

/** Credentials of the caller, and the trusted CAs. */
export interface ConnectionOptions {
  readonly token: string;
  /** PEM of the trusted CAs; plaintext without them. */
  readonly ca?: string;
  /** gRPC channel options over the defaults of grpc-js; default: those that docs/api.md recommends. */
  readonly channel?: Readonly<Record<string, number>>;
}

/** Channel options that docs/api.md recommends; keepalive detects a replica whose node is gone. */
const documentedChannel = {
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 2_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
};

/** The clients' persistent connections. */
export class Connections {
  readonly token: string;
  readonly dispatcher: Agent;
  readonly #ca: string | undefined;
  readonly #channel: Readonly<Record<string, number>>;
  readonly #grpc = new Map<string, WorkflowExecutionServiceClient>();

  constructor({ token, ca, channel = documentedChannel }: ConnectionOptions) {
    this.token = token;
    this.#ca = ca;
    this.#channel = channel;
    this.dispatcher = new Agent({ connect: { ca, timeout: 2_000 }, keepAliveTimeout: 30_000 });
  }

  /** URL of a REST path. */
  url({ http }: Endpoint, path: string): string {
    return `${this.#ca === undefined ? 'http' : 'https'}://${http}${path}`;
  }

  /** The cached gRPC client of a replica. */
  grpc({ grpc }: Endpoint): WorkflowExecutionServiceClient {
    const known = this.#grpc.get(grpc);
    if (known !== undefined) return known;
    const ssl = this.#ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(this.#ca));
    const client = new WorkflowExecutionServiceClient(grpc, ssl, {
      interceptors: [withToken(this.token)],
      ...this.#channel,
    });
    this.#grpc.set(grpc, client);
    return client;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    for (const client of this.#grpc.values()) client.close();
    await this.dispatcher.destroy();
  }
}
