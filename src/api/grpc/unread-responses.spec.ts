import { once, type EventEmitter } from 'node:events';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { sendUnaryData, ServerWritableStream } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { responseTimeoutMs } from '../../config/limits.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import {
  StreamWorkflowExecutionLogsResponse,
  WatchWorkflowExecutionsResponse,
  WorkflowExecutionServiceService,
  type GetWorkflowExecutionResponse,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { startGrpcServer } from './grpc-server.builders.ts';
import type { ExecutionGrpcServer } from './grpc-server.ts';
import { IncomingStreams } from './incoming-streams.ts';
import { serviceName } from './service-definition.ts';

/** Larger than the buffer of a stream. */
const large = 'x'.repeat(100_000);

const clock = new FakeClock();
const limits = { maxOpen: 10, maxPerConnection: 10 };

/** Resolves when the server ends a Get, which releases its memory. */
let ended: PromiseWithResolvers<void>;
beforeEach(() => {
  ended = Promise.withResolvers();
});

/** Its Get answers with a message, Watch and logs with large ones, List never does. */
let server: ExecutionGrpcServer;
beforeAll(async () => {
  server = await startGrpcServer({ streams: new IncomingStreams({ ...limits, clock }) });
  const grpc = await server.createClient();
  grpc.removeService(WorkflowExecutionServiceService);
  grpc.addService(WorkflowExecutionServiceService, {
    getWorkflowExecution: (get: EventEmitter, done: sendUnaryData<GetWorkflowExecutionResponse>) => {
      get.once('cancelled', () => ended.resolve());
      done(null, { workflowExecution: undefined });
    },
    watchWorkflowExecutions: (call: ServerWritableStream<unknown, WatchWorkflowExecutionsResponse>) => {
      const write = () => call.write(WatchWorkflowExecutionsResponse.fromPartial({ resourceVersion: large }), write);
      write();
    },
    streamWorkflowExecutionLogs: (call: ServerWritableStream<unknown, StreamWorkflowExecutionLogsResponse>) =>
      call.write(StreamWorkflowExecutionLogsResponse.fromPartial({ text: large })),
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

  it('has its call cancelled some time after the response began, unless it is for logs', async () => {
    const [get, watch, logs] = [
      call('GetWorkflowExecution'),
      call('WatchWorkflowExecutions'),
      call('StreamWorkflowExecutionLogs'),
    ];
    await Promise.all([get, watch, logs].map((one) => once(one, 'response')));

    const closed = Promise.all([once(get, 'close'), once(watch, 'close')]);

    await clock.advance(responseTimeoutMs);
    await roundTrip();
    const isEarly = get.closed || watch.closed;
    await clock.advance(10_000);
    await closed;

    expect(isEarly).toBe(false);
    expect(get.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect(watch.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect(logs.closed).toBe(false);
  });

  it('keeps a watch whose client reads from time to time', async () => {
    const watch = call('WatchWorkflowExecutions');
    await once(watch, 'response');
    session.setLocalWindowSize(10 * large.length);
    let bytes = 0;
    watch.on('data', (data: Buffer) => (bytes += data.length));
    for (let read = 1; read <= 3; read++) {
      await clock.advance(responseTimeoutMs);
      session.settings({ initialWindowSize: read * (large.length + 100) });
      await roundTrip();
    }

    expect(watch.closed).toBe(false);
    expect(bytes).toBeGreaterThan(3 * large.length);
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
