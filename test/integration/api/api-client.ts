import { credentials } from '@grpc/grpc-js';
import { WorkflowExecutionServiceClient } from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { type TestCaller, withToken } from '../../support/callers.ts';

/** A replica of the execution API, called as one caller. */
export interface ApiClient {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly grpcAddress: string;
  /** Calls as {@link caller}. */
  readonly grpc: WorkflowExecutionServiceClient;
  /** Has every right on executions; absent where callers are not authenticated. */
  readonly caller?: TestCaller;
  /** The headers that authenticate a REST request as {@link caller}. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same replica, called with another token, or without one. */
  as(token: string | undefined): ApiClient;
}

/** Clients of one replica. */
export interface ApiConnection {
  readonly api: ApiClient;
  /** Closes the gRPC channels of all clients of this replica. */
  close(): void;
}

/** Creates clients of a replica at these addresses; nothing connects before the first call. */
export function connectApi(
  { url, grpcAddress }: Pick<ApiClient, 'url' | 'grpcAddress'>,
  caller?: TestCaller,
): ApiConnection {
  const clients: WorkflowExecutionServiceClient[] = [];
  const as = (token: string | undefined): ApiClient => {
    const interceptors = token === undefined ? [] : [withToken(token)];
    const grpc = new WorkflowExecutionServiceClient(grpcAddress, credentials.createInsecure(), { interceptors });
    clients.push(grpc);
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return { url, grpcAddress, grpc, headers, caller, as };
  };
  return { api: as(caller?.token), close: () => clients.forEach((client) => client.close()) };
}
