import { readFile } from 'node:fs/promises';
import { credentials, InterceptingCall, type ChannelCredentials, type Interceptor } from '@grpc/grpc-js';
import { WorkflowExecutionServiceClient } from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';

/** Where the service is, and how it is spoken to. */
export interface Connection {
  /** `host:port` */
  readonly address: string;
  /** File with the caller's token, a projected ServiceAccount token for example: it is read for each call, as it changes. */
  readonly tokenFile: string;
  /** File with the certificates that the service's own is held against; without TLS when it is left out. */
  readonly caFile?: string;
}

/** A client of the service. Close it at the end. */
export async function connect({ address, tokenFile, caFile }: Connection): Promise<WorkflowExecutionServiceClient> {
  return new WorkflowExecutionServiceClient(address, await channelCredentials(caFile), {
    interceptors: [withTokenOf(tokenFile)],
    // A connection that died in silence is noticed after half a minute and ten seconds.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // After a restart of the service it is found again soon.
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
}

async function channelCredentials(caFile: string | undefined): Promise<ChannelCredentials> {
  return caFile === undefined ? credentials.createInsecure() : credentials.createSsl(await readFile(caFile));
}

/** An interceptor works over plaintext too, for which grpc-js has no call credentials. */
function withTokenOf(file: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        void readFile(file, 'utf8').then(
          (token) => {
            metadata.set('authorization', `Bearer ${token.trim()}`);
            next(metadata, listener);
          },
          // Without a token the service says what is wrong.
          () => next(metadata, listener),
        );
      },
    });
}
