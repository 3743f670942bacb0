import { once } from 'node:events';
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { Metadata, ServerInterceptingCall, status, type ServerInterceptor } from '@grpc/grpc-js';
import { afterEach, expect, it } from '@jest/globals';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { startGrpcServer } from './grpc-server.builders.ts';
import { IncomingStreams } from './incoming-streams.ts';

const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

/** Refuses the first message of each call, after headers and therefore with trailers. */
const refuseMessages: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMessage: () => {
          call.sendMetadata(new Metadata());
          call.sendStatus({ code: status.FAILED_PRECONDITION, details: '' });
        },
      }),
  });

let end: () => Promise<void> = () => Promise.resolve();
afterEach(() => end());

it.each([
  ['answered with trailers', { ':path': reflection }, status.FAILED_PRECONDITION],
  ['answered without a message', { ':path': '/no.Service/Method' }, status.UNIMPLEMENTED],
  ['refused before it is read', { ':path': reflection, 'x-text': 'x'.repeat(17_000) }, status.RESOURCE_EXHAUSTED],
])('a call that is %s is reset after its status if its request does not end', async (_, headers, expected) => {
  const clock = new FakeClock();
  const streams = new IncomingStreams({ maxOpen: 10, maxPerConnection: 10, clock });
  const server = await startGrpcServer({ streams, interceptors: [refuseMessages] });
  const session = connect(`http://127.0.0.1:${server.port}`);
  end = async () => {
    session.destroy();
    server.force();
    await server.close();
  };
  const method = { ':method': 'POST', 'content-type': 'application/grpc' };
  const call = session.request({ ...method, ...headers }, { endStream: false });
  const statuses: unknown[] = [];
  const read = (received: IncomingHttpHeaders) => statuses.push(received['grpc-status']);
  call.on('response', read).on('trailers', read).resume();
  const [ended, closed] = [once(call, 'end'), once(call, 'close')];
  call.write(Buffer.alloc(5));
  await ended;
  expect(call.closed).toBe(false);

  await clock.advance(1_000);
  await closed;

  expect(call.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  expect(statuses).toContain(String(expected));
});
