import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { closeWhenSilent } from './silent-connection.ts';

const silenceMs = 80_000;

let clock: FakeClock;
let client: Socket;
let accepted: Socket;
beforeEach(async () => {
  clock = new FakeClock();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [accepted] = (await once(server, 'connection')) as [Socket];
  server.close();
  closeWhenSilent(accepted, silenceMs, clock);
});
afterEach(() => {
  client.destroy();
  accepted.destroy();
});

it('closes a connection that receives nothing', async () => {
  await clock.advance(silenceMs);

  expect(accepted.destroyed).toBe(true);
});

it('keeps a connection that receives something each time', async () => {
  for (let round = 0; round < 3; round++) {
    client.write('x');
    await once(accepted, 'data');
    await clock.advance(silenceMs);
  }

  expect(accepted.destroyed).toBe(false);
});

it('leaves no timer when the connection closes', async () => {
  accepted.destroy();
  await once(accepted, 'close');

  expect(clock.pending).toBe(0);
});
