import { credentials } from '@grpc/grpc-js';
import { Agent } from 'undici';
import { WorkflowExecutionServiceClient } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { withToken } from '../../support/callers.ts';

/** Where a replica answers, `host:port`. */
export interface Endpoint {
  readonly http: string;
  readonly grpc: string;
}

/** As whom the service is called, and whom it has to be. */
export interface ConnectionOptions {
  readonly token: string;
  /** PEM: the CAs that the certificates of replicas may be signed by; without them nothing is encrypted. */
  readonly ca?: string;
  /** Settings of the gRPC channels over the defaults of grpc-js; default: those that docs/api.md asks for. */
  readonly channel?: Readonly<Record<string, number>>;
}

/** The settings of a channel, as docs/api.md asks for: a replica whose node is gone answers no ping. */
const documentedChannel = {
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 2_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
};

/** The connections of the clients of a drill, which stay open between calls. */
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

  /** The address of something over REST. */
  url({ http }: Endpoint, path: string): string {
    return `${this.#ca === undefined ? 'http' : 'https'}://${http}${path}`;
  }

  /** The gRPC client of a replica; always the same one. */
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

  /** Closes all of them. */
  async close(): Promise<void> {
    for (const client of this.#grpc.values()) client.close();
    await this.dispatcher.destroy();
  }
}
