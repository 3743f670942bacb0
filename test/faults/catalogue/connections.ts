import type { Fault } from '../fault.ts';

/** Faults of the limits of connections. */
export const connectionFaults: readonly Fault[] = [
  {
    name: 'calls that have ended while they waited are started',
    file: 'src/connections/paced-queue.ts',
    find: 'queue.findIndex((work) => work.isObsolete?.() !== true)',
    replace: '0',
    caughtBy: ['src/connections/paced-queue.spec.ts'],
  },
  {
    name: 'all calls of a read are started in one turn of the event loop',
    file: 'src/connections/paced-queue.ts',
    find: 'if (this.waiting.size > 0 || this.left <= 0) return false;',
    replace: '',
    caughtBy: ['src/connections/paced-queue.spec.ts'],
  },
  {
    name: 'TLS key updates are not limited',
    file: 'src/connections/key-updates.ts',
    find: 'if (!isWithin) close(socket);',
    replace: '',
    caughtBy: ['src/connections/key-updates.spec.ts'],
  },
  {
    name: 'the key log of TLS keeps its secrets',
    file: 'src/connections/key-updates.ts',
    find: 'line.fill(0);',
    replace: '',
    caughtBy: ['src/connections/key-updates.spec.ts'],
  },
  {
    name: 'a flood of TLS key updates is read from all connections of its address',
    file: 'src/connections/connection-limits.ts',
    find: '[connection, ...connection.group.anonymous]',
    replace: '[connection]',
    caughtBy: ['src/connections/key-updates.spec.ts'],
  },
  {
    name: 'a gRPC connection that receives nothing stays open',
    file: 'src/connections/silent-connection.ts',
    find: 'if (received === receivedBefore) return void socket.destroy();',
    replace: '',
    caughtBy: ['src/connections/silent-connection.spec.ts'],
  },
  {
    name: 'the pieces of a body are kept as they arrive',
    file: 'src/connections/join-pieces.ts',
    find: 'received.append(piece);',
    replace: 'push(piece);',
    caughtBy: ['src/api/rest/join-chunks.spec.ts'],
  },
  {
    name: 'at the total limit the oldest connection of any address is closed',
    file: 'src/connections/connection-limits.ts',
    find: 'size > most || (size === most &&',
    replace: '(size > 0 &&',
    caughtBy: ['src/connections/connection-limits.spec.ts'],
  },
  {
    name: 'any number of TLS handshakes may be in progress',
    file: 'src/connections/handshake-queue.ts',
    find: 'this.inProgress.size < handshakes.max',
    replace: 'this.inProgress.size >= 0',
    caughtBy: ['src/connections/handshake-queue.spec.ts'],
  },
  {
    name: 'handshakes are not counted as complete',
    file: 'src/connections/connection-limits.ts',
    find: "server.on('secureConnection', (socket) => this.handshakes.completed(socket));",
    replace: '',
    caughtBy: ['src/connections/connection-limits.spec.ts'],
  },
  {
    name: 'a connection with an authenticated call is replaced by a new one',
    file: 'src/connections/connection-limits.ts',
    find: 'connection?.group.anonymous.delete(connection);',
    replace: 'void connection;',
    caughtBy: ['src/connections/connection-limits.spec.ts'],
  },
  {
    name: 'new connections do not get a renewed certificate',
    file: 'src/connections/server-certificate.ts',
    find: 'for (const listener of this.listeners) listener(certificate);',
    replace: '',
    caughtBy: ['src/connections/server-certificate.spec.ts'],
  },
];
