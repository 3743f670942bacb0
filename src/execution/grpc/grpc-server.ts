import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { ServerGrpc } from '@nestjs/microservices';
import type { HealthImplementation } from 'grpc-health-check';
import type { DrainableServer } from '../shutdown/drain.ts';
import { grpcLimits } from '../limits.ts';
import { fileDescriptors, protoPackage, serviceDefinition, serviceName } from './package-definition.ts';

/** The gRPC server can not listen where it should; the message says where and why. */
export class GrpcListenError extends Error {
  override readonly name = 'GrpcListenError';
}

/**
 * Nest's gRPC server, with two differences: it listens only once its methods are there (Nest's own answers UNIMPLEMENTED
 * for a moment), and it tells on which port.
 */
export class ExecutionGrpcServer extends ServerGrpc implements DrainableServer {
  private readonly server: Server;
  private boundPort?: number;

  /** @param host what to listen on; @param port 0 for any that is free */
  constructor(
    private readonly host: string,
    private readonly wantedPort: number,
    health: HealthImplementation,
    interceptors: readonly ServerInterceptor[] = [],
    private readonly credentials: ServerCredentials = ServerCredentials.createInsecure(),
  ) {
    super({ package: protoPackage, packageDefinition: { [serviceName]: serviceDefinition() } });
    this.server = new Server({ ...grpcLimits, interceptors: [...interceptors] });
    health.addToServer(this.server);
    reflection().addToServer(this.server);
  }

  /** The port that it listens on; throws when it does not. */
  get port(): number {
    if (this.boundPort === undefined) throw new Error('the gRPC server does not listen yet');
    return this.boundPort;
  }

  /** Takes no new calls; resolves when those in flight are answered. */
  override close(): Promise<void> {
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
    this.boundPort = await this.bind();
    callback?.();
  }

  private bind(): Promise<number> {
    const address = `${this.host}:${this.wantedPort}`;
    return new Promise((resolve, reject) => {
      this.server.bindAsync(address, this.credentials, (error, port) => {
        if (error === null) resolve(port);
        else reject(new GrpcListenError(`gRPC can not listen on ${address}: ${error.message}`, { cause: error }));
      });
    });
  }
}

/** Reflection takes a loaded .proto file and reads nothing of it but the descriptors, which every type in it carries. */
function reflection(): ReflectionService {
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  return new ReflectionService({ '': { format, type: {}, fileDescriptorProtos: fileDescriptors() } });
}
