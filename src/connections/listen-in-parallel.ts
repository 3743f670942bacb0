import { once } from 'node:events';
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import type { Address } from '../config/rules.ts';

/** Listening sockets of a port. */
const sockets = 16;

/**
 * Makes a server listen with several sockets: the event loop accepts one connection of a socket per turn, so new clients would
 * wait for one turn per connection that others have begun to open, and its limits would not count these connections.
 * `server.close` closes all of the sockets.
 *
 * @throws Error if the address cannot be used
 */
export async function listenInParallel(server: Server, address: Address): Promise<void> {
  // Sockets that share a port (SO_REUSEPORT, https://man7.org/linux/man-pages/man7/socket.7.html) would share it with
  // another process, too.
  const { port } = await start(server, address);
  if (process.platform !== 'linux') return;
  await new Promise((resolve) => server.close(resolve));
  const option = (name: string) => Reflect.get(server, name) === true;
  const options = { noDelay: true, allowHalfOpen: option('allowHalfOpen'), pauseOnConnect: option('pauseOnConnect') };
  const others = Array.from({ length: sockets - 1 }, () =>
    createServer(options, (socket) => server.emit('connection', socket)),
  );
  await Promise.all([server, ...others].map((one) => start(one, { ...address, port, reusePort: true })));
  closeTogether(server, others);
}

async function start(server: Server, options: ListenOptions): Promise<AddressInfo> {
  server.listen(options);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP port');
  return address;
}

/** Like that of one server, `close` calls back when all connections have ended. */
function closeTogether(server: Server, others: readonly Server[]): void {
  const close = server.close.bind(server);
  server.close = (callback) => {
    const closed = others.map((one) => new Promise((resolve) => one.close(resolve)));
    return close((error) => void Promise.all(closed).then(() => callback?.(error)));
  };
  const unref = server.unref.bind(server);
  server.unref = () => {
    for (const one of others) one.unref();
    return unref();
  };
}
