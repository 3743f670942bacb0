import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { expect, it, jest } from '@jest/globals';
import { IncomingStreams } from './incoming-streams.ts';
import { serviceName } from './service-definition.ts';

it.each([
  ['has no timer, which would hold its memory, if its stream is already closed', true, 0],
  ['has a timer if its stream is open', false, 1],
])('a response %s', (_, closed, timers) => {
  const session = Object.assign(new EventEmitter(), { destroyed: false });
  const setTimeout = jest.fn();
  const stream = Object.assign(new EventEmitter(), { session, closed, destroyed: false, setTimeout });
  session.on('stream', () => undefined);
  const stop = new IncomingStreams({ maxOpen: 10, maxPerConnection: 10 }).start();

  channel('http2.server.stream.created').publish({ stream });
  session.emit('stream', stream, { ':path': `/${serviceName}/GetWorkflowExecution` });
  stop();

  expect(setTimeout).toHaveBeenCalledTimes(timers);
});
