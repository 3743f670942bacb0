import { once, type EventEmitter } from 'node:events';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { sendUnaryData, ServerWritableStream } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { responseTimeoutMs } from '../../config/limits.ts';
import { ConnectionLimits } from '../../connections/connection-limits.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import {
  WatchWorkflowExecutionsResponse,
  WorkflowExecutionServiceService,
  type GetWorkflowExecutionResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { ExecutionGrpcServer } from './grpc-server.ts';
import { IncomingStreams } from './incoming-streams.ts';
import { serviceName } from './service-definition.ts';

const clock = new FakeClock();
const limits = { maxOpen: 10, maxPerConnection: 10 };

/** Resolves when the server ends a Get, which releases its memory. */
let ended: PromiseWithResolvers<void>;
beforeEach(() => {
  ended = Promise.withResolvers();
});

/** Its Get and Watch answer with a message, List never does. */
let server: ExecutionGrpcServer;
beforeAll(async () => {
  server = new ExecutionGrpcServer({
    address: { host: '127.0.0.1', port: 0 },
    health: { addToServer: () => undefined },
    interceptors: [],
    connections: new ConnectionLimits({ total: 10, perAddress: 10 }),
    streams: new IncomingStreams({ ...limits, clock }),
    age: { maxMs: 0, graceMs: 0 },
  });
  await new Promise<unknown>((resolve) => void server.listen(resolve));
  const grpc = await server.createClient();
  grpc.removeService(WorkflowExecutionServiceService);
  grpc.addService(WorkflowExecutionServiceService, {
    getWorkflowExecution: (get: EventEmitter, done: sendUnaryData<GetWorkflowExecutionResponse>) => {
      get.once('cancelled', () => ended.resolve());
      done(null, { workflowExecution: undefined });
    },
    watchWorkflowExecutions: (call: ServerWritableStream<unknown, WatchWorkflowExecutionsResponse>) =>
      call.write(WatchWorkflowExecutionsResponse.fromPartial({ resourceVersion: '1' })),
    listWorkflowExecutions: () => undefined,
  });
});
afterAll(async () => {
  server.force();
  await server.close();
});

describe('a client that reads nothing', () => {
  let session: ClientHttp2Session;
  beforeEach(() => {
    session = connect(`http://127.0.0.1:${server.port}`, { settings: { initialWindowSize: 0 } });
  });
  afterEach(() => session.destroy());

  function call(method: string): ClientHttp2Stream {
    const headers = { ':method': 'POST', 'content-type': 'application/grpc' };
    const stream = session.request({ ...headers, ':path': `/${serviceName}/${method}` }, { endStream: false });
    return stream.on('error', () => undefined).end(Buffer.alloc(5));
  }

  /** Afterwards everything has arrived that the server sent before. */
  function roundTrip(): Promise<void> {
    return new Promise((resolve) => session.ping(() => resolve()));
  }

  it('has its call cancelled some time after the response began, unless it is a watch', async () => {
    const [get, watch] = [call('GetWorkflowExecution'), call('WatchWorkflowExecutions')];
    await Promise.all([once(get, 'response'), once(watch, 'response')]);

    const closed = once(get, 'close');

    await clock.advance(responseTimeoutMs);
    await roundTrip();
    const isEarly = get.closed;
    await clock.advance(10_000);
    await closed;

    expect(isEarly).toBe(false);
    expect(get.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect(watch.closed).toBe(false);
  });

  it('may wait for a response that has not begun', async () => {
    const list = call('ListWorkflowExecutions');
    const get = call('GetWorkflowExecution');
    await once(get, 'response');
    const closed = once(get, 'close');

    await clock.advance(2 * responseTimeoutMs);
    await closed;

    expect(list.closed).toBe(false);
  });
});
