import { once } from 'node:events';
import { Client, credentials, status, type ServerWritableStream, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WorkflowExecutionServiceService } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { startGrpcServer } from './grpc-server.builders.ts';
import type { ExecutionGrpcServer } from './grpc-server.ts';
import { serviceName } from './service-definition.ts';

let server: ExecutionGrpcServer;
let client: Client;
/** The watch that the server has accepted. */
let accepted: PromiseWithResolvers<ServerWritableStream<unknown, unknown>>;

beforeEach(async () => {
  server = await startGrpcServer();
  accepted = Promise.withResolvers();
  const grpc = await server.createClient();
  grpc.removeService(WorkflowExecutionServiceService);
  grpc.addService(WorkflowExecutionServiceService, {
    watchWorkflowExecutions: (call: ServerWritableStream<unknown, unknown>) => accepted.resolve(call),
  });
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  server.force();
  await server.close();
});

it('a server that closes waits for its calls, which end with their own status', async () => {
  const bytes = (message: Buffer) => message;
  const watch = client.makeServerStreamRequest(
    `/${serviceName}/WatchWorkflowExecutions`,
    bytes,
    bytes,
    Buffer.alloc(0),
  );
  const failed = once(watch.resume(), 'error') as Promise<[ServiceError]>;
  const call = await accepted.promise;
  call.sendMetadata(call.metadata);
  await once(watch, 'metadata');

  let isClosed = false;
  const closed = server.close().then(() => (isClosed = true));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  call.emit('error', { code: status.UNAVAILABLE, details: 'shutting down' });

  const [error] = await failed;
  expect([error.code, error.details]).toEqual([status.UNAVAILABLE, 'shutting down']);
  await closed;
});

it('a server that closes ends the streams of reflection', async () => {
  const bytes = (message: Buffer) => message;
  const stream = client.makeBidiStreamRequest(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    bytes,
    bytes,
  );
  const failed = once(
    stream.on('data', () => undefined),
    'error',
  ) as Promise<[ServiceError]>;
  stream.write(Buffer.from([0x3a, 0]));
  await once(stream, 'data');

  await server.close();

  const [error] = await failed;
  expect(error.code).toBe(status.UNAVAILABLE);
});
