import { Agent, get } from 'node:http';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { Client, credentials } from '@grpc/grpc-js';
import { WatchWorkflowExecutionsRequest } from '../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';

/** Where the API is. */
export interface ApiAddress {
  readonly url: string;
  readonly grpcAddress: string;
}

/** What one watcher asks for; nothing means everything in the namespace. */
export interface Wanted {
  readonly namespace: string;
  readonly workflowId?: string;
}

/** Called with the resource version of each event, and whether it says that the current state has been told. */
export type OnEvent = (resourceVersion: string, synced: boolean) => void;

/** Opens a watch on a connection of its own; returns what closes it. Events are hardly decoded, to spare the load program. */
export type Open = (api: ApiAddress, wanted: Wanted, onEvent: OnEvent) => () => void;

const method = '/kubernaut.workflowexecution.v1.WorkflowExecutionService/WatchWorkflowExecutions';

/** `WATCH_EVENT_TYPE_SYNCED` */
const synced = 3;

/** Over gRPC. */
export const openGrpc: Open = ({ grpcAddress }, { namespace, workflowId }, onEvent) => {
  const client = new Client(grpcAddress, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const request = WatchWorkflowExecutionsRequest.fromPartial({ parent: `namespaces/${namespace}`, workflowId });
  const call = client.makeServerStreamRequest<WatchWorkflowExecutionsRequest, Header>(
    method,
    (message) => Buffer.from(WatchWorkflowExecutionsRequest.encode(message).finish()),
    readHeader,
    request,
  );
  call.on('data', ({ type, resourceVersion }: Header) => onEvent(resourceVersion, type === synced));
  call.on('error', (error: Error) => {
    if (!error.message.startsWith('1 CANCELLED')) throw error;
  });
  return () => {
    call.cancel();
    client.close();
  };
};

interface Header {
  readonly type: number;
  readonly resourceVersion: string;
}

/** The fields of a WatchWorkflowExecutionsResponse that are not the execution. */
function readHeader(bytes: Buffer): Header {
  const reader = new BinaryReader(bytes);
  let [type, resourceVersion] = [0, ''];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) type = reader.int32();
    else if (field === 3) resourceVersion = reader.string();
    else reader.skip(wireType);
  }
  return { type, resourceVersion };
}

const agent = new Agent({ maxSockets: Infinity });

/** Over Server-Sent Events. */
export const openSse: Open = ({ url }, { namespace, workflowId }, onEvent) => {
  const query = workflowId === undefined ? '' : `?workflowId=${workflowId}`;
  const request = get(
    `${url}/api/v1/watch/namespaces/${namespace}/workflowexecutions${query}`,
    { agent },
    (response) => {
      let rest = '';
      response.setEncoding('latin1').on('data', (part: string) => {
        const text = rest + part;
        const end = text.lastIndexOf('\n\n') + 2;
        for (const [, type = '', id = ''] of text.slice(0, end).matchAll(/^event: (.*)\nid: (.*)$/gm)) {
          onEvent(id, type === 'synced');
        }
        rest = text.slice(end);
      });
      response.on('error', () => undefined);
    },
  );
  request.on('error', () => undefined);
  return () => request.destroy();
};
