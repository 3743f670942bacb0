import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ServerGrpc } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import type { ConnectionLimits } from '../../connections/connection-limits.ts';
import { awaitPreface } from '../../connections/preface.ts';
import type { DrainableServer } from '../call/drain.ts';
import { grpcLimits } from '../../config/limits.ts';
import { tlsOptions, type ServerCertificate } from '../../connections/server-certificate.ts';
import { connectionAge, type ConnectionAge } from '../call/connection-age.ts';
import type { GrpcHealth } from './grpc-health.ts';
import type { IncomingStreams } from './incoming-streams.ts';
import { fileDescriptors, protoPackage, serviceDefinition, serviceName } from './package-definition.ts';

/** The gRPC server can not listen where it should; the message says where and why. */
export class GrpcListenError extends Error {
  override readonly name = 'GrpcListenError';
}

/** What a gRPC server is made of. */
export interface GrpcServerOptions {
  /** What to listen on; port 0 for any that is free. */
  readonly address: Config['grpc'];
  readonly health: Pick<GrpcHealth, 'addToServer'>;
  readonly interceptors: readonly ServerInterceptor[];
  readonly connections: ConnectionLimits;
  readonly streams: IncomingStreams;
  readonly age: ConnectionAge;
  /** For TLS; without it gRPC is plaintext. */
  readonly certificate?: ServerCertificate;
}

/**
 * Nest's gRPC server on a listener of its own, which grpc-js does not have: it bounds connections, and the time that they may
 * take for TLS and for the beginning of HTTP/2, and listens on any address. Besides it listens only once its methods are there
 * (Nest's own answers UNIMPLEMENTED for a moment), and says on which port.
 */
export class ExecutionGrpcServer extends ServerGrpc implements DrainableServer {
  private readonly address: Config['grpc'];
  private readonly server: Server;
  private readonly listener: NetServer;
  private readonly unused = new Set<Socket>();

  constructor(options: GrpcServerOptions) {
    const { address, health, interceptors, connections, streams, certificate, age } = options;
    super({ package: protoPackage, packageDefinition: { [serviceName]: serviceDefinition() } });
    this.address = address;
    this.server = new Server({
      ...grpcLimits,
      'grpc.max_concurrent_streams': streams.options.maxPerConnection,
      ...connectionAge(age),
      interceptors: [...interceptors],
    });
    health.addToServer(this.server);
    reflection().addToServer(this.server);
    this.listener = this.createListener(certificate);
    connections.applyTo(this.listener);
    this.listener.once('close', streams.start());
  }

  /** The port that it listens on; throws when it does not. */
  get port(): number {
    const address = this.listener.address();
    if (!isAddressInfo(address)) throw new Error('the gRPC server does not listen yet');
    return address.port;
  }

  /** Takes no new calls; resolves when those in flight are answered. */
  override close(): Promise<void> {
    this.listener.close();
    for (const socket of this.unused) socket.destroy();
    return new Promise((resolve) => this.server.tryShutdown(() => resolve()));
  }

  /** Ends the calls that are left. */
  force(): void {
    this.server.forceShutdown();
  }

  override createClient(): Promise<Server> {
    return Promise.resolve(this.server);
  }

  override async start(callback?: () => void): Promise<void> {
    await this.bindEvents();
    await this.bind();
    callback?.();
  }

  /** Hands connections over to grpc-js, which serves them as if they had come in through a port of its own. */
  private createListener(certificate: ServerCertificate | undefined): NetServer {
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    const take = (socket: Socket): void => {
      this.unused.add(socket);
      socket.once('close', () => this.unused.delete(socket));
      // A connection that breaks before there is a call on it is of no interest.
      socket.on('error', () => socket.destroy());
      awaitPreface(socket, () => {
        this.unused.delete(socket);
        injector.injectConnection(socket);
      });
    };
    if (certificate === undefined) return createServer({ noDelay: true }, take);
    const server = createTlsServer({ ...tlsOptions(certificate.current), noDelay: true, ALPNProtocols: ['h2'] }, take);
    // Also one whose handshake has taken too long.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    certificate.onChange((next) => server.setSecureContext(tlsOptions(next)));
    return server;
  }

  private bind(): Promise<void> {
    const { host, port } = this.address;
    return new Promise((resolve, reject) => {
      this.listener.once('error', (error) => {
        reject(new GrpcListenError(`gRPC can not listen on ${host} port ${port}: ${error.message}`, { cause: error }));
      });
      this.listener.listen({ host, port }, resolve);
    });
  }
}

function isAddressInfo(address: ReturnType<NetServer['address']>): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** Reflection takes a loaded .proto file and reads nothing of it but the descriptors, which every type in it carries. */
function reflection(): ReflectionService {
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  return new ReflectionService({ '': { format, type: {}, fileDescriptorProtos: fileDescriptors() } });
}
