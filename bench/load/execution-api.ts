import { BinaryReader } from '@bufbuild/protobuf/wire';
import { newExecution, type ExecutionOptions } from './executions.ts';
import { GrpcClient } from './grpc.ts';
import { RestClient } from './rest.ts';
import type { ServiceAddress } from './service-address.ts';

/** Page size. */
export const pageSize = 100;

/** A page of a list. */
export interface Page {
  /** Number of executions in it. */
  readonly count: () => number;
  /** Token of the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** The load's client for the executions of a namespace, over one transport. */
export interface ExecutionApi {
  readonly create: (options: ExecutionOptions) => Promise<void>;
  readonly get: (name: string) => Promise<void>;
  /** @param token of the previous page; none for the first */
  readonly list: (token?: string) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** Opens a client. */
export type OpenApi = (address: ServiceAddress, namespace: string) => ExecutionApi;

/** gRPC client with one connection. */
export const overGrpc: OpenApi = (address, namespace) => {
  const client = new GrpcClient(address);
  const parent = `namespaces/${namespace}`;
  return {
    async create(options) {
      const { metadata, spec } = newExecution(options);
      const request = { parent, workflowExecutionId: metadata.name, workflowExecution: { spec } };
      await client.call('CreateWorkflowExecution', request);
    },
    async get(name) {
      await client.call('GetWorkflowExecution', { name: `${parent}/workflowExecutions/${name}` });
    },
    async list(pageToken) {
      return pageOfMessage(await client.call('ListWorkflowExecutions', { parent, pageSize, pageToken }));
    },
    close() {
      client.close();
      return Promise.resolve();
    },
  };
};

/** REST client with a connection per concurrent call. */
export const overRest: OpenApi = (address, namespace) => {
  const client = new RestClient(address);
  const path = `/api/v1/namespaces/${namespace}/workflowexecutions`;
  return {
    async create(options) {
      await client.call('POST', path, newExecution(options));
    },
    async get(name) {
      await client.call('GET', `${path}/${name}`);
    },
    async list(token) {
      return pageOfJson(await client.call('GET', pagePath(path, token)));
    },
    close: () => client.close(),
  };
};

/** Path of a page of a collection; the API server and REST have the same parameters. */
export function pagePath(path: string, token?: string): string {
  return `${path}?limit=${pageSize}${token === undefined ? '' : `&continue=${encodeURIComponent(token)}`}`;
}

/** A ListWorkflowExecutionsResponse: `repeated WorkflowExecution workflow_executions = 1; string next_page_token = 2;`. */
function pageOfMessage(bytes: Uint8Array): Page {
  const reader = new BinaryReader(bytes);
  let [count, next] = [0, ''];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 2) next = reader.string();
    else reader.skip(wireType);
    if (field === 1) count += 1;
  }
  return { count: () => count, next: next === '' ? undefined : next };
}

/** Searches a Kubernetes list for the required fields: parsing it would cost more than the call. */
export function pageOfJson(text: string): Page {
  const [, next] = /"continue":"([^"]+)"/.exec(text) ?? [];
  return { count: () => text.split('"creationTimestamp":').length - 1, next };
}
