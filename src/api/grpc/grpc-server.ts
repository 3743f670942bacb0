import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ServerGrpc } from '@nestjs/microservices';
import type { Config } from '../../config/config.ts';
import type { ConnectionLimits } from '../../connections/connection-limits.ts';
import { listenInParallel } from '../../connections/listen-in-parallel.ts';
import { awaitPreface } from '../../connections/preface.ts';
import { closeWhenSilent } from '../../connections/silent-connection.ts';
import type { DrainableServer } from '../call/drain.ts';
import { connectionPing, grpcLimits } from '../../config/limits.ts';
import { tlsOptions, type ServerCertificate } from '../../connections/server-certificate.ts';
import { connectionAge, type ConnectionAge } from '../../connections/connection-age.ts';
import { fileDescriptorProtos } from '../generated/descriptors.ts';
import { AnonymousCalls } from './anonymous-calls.ts';
import type { GrpcHealth } from './grpc-health.ts';
import type { IncomingStreams } from './incoming-streams.ts';
import { protoPackage, serviceDefinition, serviceName } from './service-definition.ts';

/** Options of an {@link ExecutionGrpcServer}. */
export interface GrpcServerOptions {
  /** Port 0 selects a free port. */
  readonly address: Config['grpc'];
  readonly health: Pick<GrpcHealth, 'addToServer'>;
  readonly interceptors: readonly ServerInterceptor[];
  readonly connections: ConnectionLimits;
  readonly streams: IncomingStreams;
  readonly age: ConnectionAge;
  /** Absent for plaintext. */
  readonly certificate?: ServerCertificate;
}

/**
 * Nest's gRPC server on its own listener, which bounds connections, TLS handshakes and the time until HTTP/2 starts, and
 * listens on any address. It listens only after the handlers are registered (Nest's own answers UNIMPLEMENTED for a moment)
 * and knows its port.
 */
export class ExecutionGrpcServer extends ServerGrpc implements DrainableServer {
  private readonly address: Config['grpc'];
  private readonly server: Server;
  private readonly listener: NetServer;
  private readonly open = new Set<Socket>();
  private readonly unused = new Set<Socket>();
  private readonly anonymousCalls = new AnonymousCalls();
  private readonly stopStreams: () => void;

  constructor(options: GrpcServerOptions) {
    const { address, health, interceptors, connections, streams, certificate, age } = options;
    super({ package: protoPackage, packageDefinition: { [serviceName]: serviceDefinition() } });
    this.address = address;
    this.server = new Server({
      ...grpcLimits,
      'grpc.max_concurrent_streams': streams.options.maxPerConnection,
      ...connectionAge(age),
      interceptors: [...interceptors, this.anonymousCalls.interceptor],
    });
    health.addToServer(this.server);
    reflection().addToServer(this.server);
    this.listener = this.createListener(certificate);
    connections.applyTo(this.listener);
    this.stopStreams = streams.start();
  }

  /** The port; throws if it does not listen. */
  get port(): number {
    const address = this.listener.address();
    if (typeof address !== 'object' || address === null) throw new Error('the gRPC server does not listen');
    return address.port;
  }

  /** Accepts no new calls; resolves when those in flight have ended. */
  override async close(): Promise<void> {
    // grpc-js does not wait for the connections that Node.js begins to close together with its HTTP/2 server.
    const closed = new Promise((resolve) => this.listener.close(resolve));
    for (const socket of this.unused) socket.destroy();
    this.anonymousCalls.endAll();
    this.server.tryShutdown(() => undefined);
    await closed;
    this.stopStreams();
  }

  force(): void {
    this.server.forceShutdown();
    for (const socket of this.open) socket.destroy();
  }

  override createClient(): Promise<Server> {
    return Promise.resolve(this.server);
  }

  override async start(callback?: () => void): Promise<void> {
    await this.bindEvents();
    await listenInParallel(this.listener, this.address);
    callback?.();
  }

  /** A listener that passes connections on to grpc-js. */
  private createListener(certificate: ServerCertificate | undefined): NetServer {
    const injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
    const take = (socket: Socket): void => {
      // A handshake may complete after the server has closed.
      if (!this.listener.listening) return void socket.destroy();
      this.open.add(socket);
      this.unused.add(socket);
      socket.once('close', () => {
        this.open.delete(socket);
        this.unused.delete(socket);
      });
      socket.on('error', () => socket.destroy());
      closeWhenSilent(socket, connectionPing.afterMs + connectionPing.timeoutMs);
      awaitPreface(socket, () => {
        this.unused.delete(socket);
        injector.injectConnection(socket);
      });
    };
    if (certificate === undefined) return createServer({ noDelay: true }, take);
    const server = createTlsServer({ ...tlsOptions(certificate.current), noDelay: true, ALPNProtocols: ['h2'] }, take);
    // Also after a handshake timeout.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    certificate.onChange((next) => server.setSecureContext(tlsOptions(next)));
    return server;
  }
}

/** ReflectionService takes a loaded .proto file but reads only the descriptors that its types carry. */
function reflection(): ReflectionService {
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  const files = fileDescriptorProtos.map((file) => Buffer.from(file, 'base64'));
  return new ReflectionService({ '': { format, type: {}, fileDescriptorProtos: files } });
}
