import { connectRawTls } from '../../../src/connections/tls-records.builders.ts';
import { repeatInParallel, sleep, type Attack } from './attack.ts';
import { addressOf } from './connection.ts';

/** More than one read of Node.js takes. They take the attacker longer than the service, so one connection at a time sends them. */
const updates = 2_500;

/** TLS 1.3 connections that send nothing but KeyUpdates, half of which request one of the server. */
export function keyUpdates(attack: Attack): Promise<void> {
  const { target, counter } = attack;
  const endpoints = [
    { port: target.ports.http, ALPNProtocols: ['http/1.1'] },
    { port: target.ports.grpc, ALPNProtocols: ['h2'] },
  ] as const;
  return repeatInParallel(attack, 1, async (_, turn) => {
    const { port, ALPNProtocols } = endpoints[turn % 2 === 0 ? 0 : 1];
    const from = addressOf(turn % 8);
    const { socket, records, responses } = await connectRawTls(port, {
      ALPNProtocols: [...ALPNProtocols],
      from,
    });
    const closed = new Promise<void>((resolve) => responses.once('close', () => resolve()));
    const requestsAnother = turn % 4 < 2;
    socket.write(Buffer.concat(Array.from({ length: updates }, () => records.keyUpdate({ requestsAnother }))));
    await Promise.race([closed, sleep(attack, 2_000)]);
    counter.add(responses.destroyed ? 'closed' : 'left open');
    socket.destroy();
  });
}
