import { readFile } from 'node:fs/promises';
import { credentials, InterceptingCall, type ChannelCredentials, type Interceptor } from '@grpc/grpc-js';
import { WorkflowExecutionServiceClient } from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';

/** How to connect to the service. */
export interface Connection {
  /** `host:port` */
  readonly address: string;
  /** File with the caller's token, such as a projected ServiceAccount token. It is rotated, so it is read for each call. */
  readonly tokenFile: string;
  /** File with the CA certificates of the service; without it the connection is plaintext. */
  readonly caFile?: string;
}

/** A client of the service. Close it at the end. */
export async function connect({ address, tokenFile, caFile }: Connection): Promise<WorkflowExecutionServiceClient> {
  return new WorkflowExecutionServiceClient(address, await channelCredentials(caFile), {
    interceptors: [withTokenOf(tokenFile)],
    // Detects a dead connection after 40 seconds.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // Reconnects soon after a restart of the service.
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
}

async function channelCredentials(caFile: string | undefined): Promise<ChannelCredentials> {
  return caFile === undefined ? credentials.createInsecure() : credentials.createSsl(await readFile(caFile));
}

/** An interceptor also works over plaintext, for which grpc-js has no call credentials. */
function withTokenOf(file: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        void readFile(file, 'utf8').then(
          (token) => {
            metadata.set('authorization', `Bearer ${token.trim()}`);
            next(metadata, listener);
          },
          // Without a token the service returns a helpful error.
          () => next(metadata, listener),
        );
      },
    });
}
