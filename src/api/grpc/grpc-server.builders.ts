import { ConnectionLimits } from '../../connections/connection-limits.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { ExecutionGrpcServer, type GrpcServerOptions } from './grpc-server.ts';
import { IncomingStreams } from './incoming-streams.ts';

/** A gRPC server that listens on a free port, with reflection and without other handlers. */
export async function startGrpcServer(over: Partial<GrpcServerOptions> = {}): Promise<ExecutionGrpcServer> {
  const server = new ExecutionGrpcServer({
    address: { host: '127.0.0.1', port: 0 },
    health: { addToServer: () => undefined },
    interceptors: [],
    connections: new ConnectionLimits({ total: 100, perAddress: 100, anonymous: 100 }),
    streams: new IncomingStreams({ maxOpen: 100, maxPerConnection: 100, clock: new FakeClock() }),
    age: { maxMs: 0, graceMs: 0 },
    ...over,
  });
  await new Promise<unknown>((resolve) => void server.listen(resolve));
  return server;
}
