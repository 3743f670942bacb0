import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import { CancelledError } from '../../kubernetes/errors.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { serviceName } from './package-definition.ts';

/** The services whose state is told; the empty name is the server as a whole. */
const services = ['', serviceName] as const;

/**
 * Tells over the gRPC health protocol (https://grpc.io/docs/guides/health-checking/) whether the service can answer: from
 * when the executions of the cluster have been read until shutdown begins.
 */
@Injectable()
export class GrpcHealth implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();
  readonly implementation = new HealthImplementation(
    Object.fromEntries(services.map((service) => [service, 'NOT_SERVING'] as const)),
  );

  constructor(@InjectReflector(workflowExecutionResource) private readonly reflector: Reflector<WorkflowExecution>) {}

  onApplicationBootstrap(): void {
    void this.serveOnceSynced();
  }

  beforeApplicationShutdown(): void {
    this.shutdown.abort();
    this.tell('NOT_SERVING');
  }

  private async serveOnceSynced(): Promise<void> {
    try {
      await this.reflector.synced(this.shutdown.signal);
      this.tell('SERVING');
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
    }
  }

  private tell(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const service of services) this.implementation.setStatus(service, status);
  }
}
