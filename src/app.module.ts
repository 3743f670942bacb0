import { Inject, Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { firstValueFrom } from 'rxjs';
import { ApiModule } from './api/api.module.ts';
import { ConfigModule } from './config/config.module.ts';
import { CONFIG, unknownVariables, type Config } from './config/config.ts';
import { InjectReflector, KubernetesModule } from './kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from './kubernetes/pooled-kube-config.ts';
import type { Reflector } from './kubernetes/reflector.ts';
import { formatAddress } from './listen.ts';
import { loggingModule } from './logging.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { OperationsModule } from './operations.module.ts';
import { executionSource, ReconcilerModule, reconcilerSources } from './reconciler/reconciler.module.ts';
import type { Tracing } from './tracing/tracing.ts';
import { TracingModule } from './tracing/tracing.module.ts';
import { tracedWrite } from './tracing/reconcile-span.ts';
import type { WorkflowExecution } from './workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from './workflow-execution/resource.ts';

/** The service in its configured roles, on one connection to the cluster and one set of caches. */
@Module({})
export class AppModule implements OnApplicationBootstrap {
  private readonly logger = new Logger();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectReflector(workflowExecutionResource) private readonly executions: Reflector<WorkflowExecution>,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  static forRoot(config: Config, kubeConfig: PooledKubeConfig, tracing: Tracing): DynamicModule {
    return {
      module: AppModule,
      imports: [
        loggingModule(config),
        ConfigModule.forRoot(config),
        TracingModule.forRoot(tracing),
        KubernetesModule.forRoot({ kubeConfig, aroundWrite: tracedWrite }),
        config.roles.includes('controller')
          ? KubernetesModule.forResources(reconcilerSources(config))
          : KubernetesModule.forResources([executionSource(config)]),
        MetricsModule,
        OperationsModule.forRoot(config),
        ...(config.roles.includes('api') ? [ApiModule] : []),
        ...(config.roles.includes('controller') ? [ReconcilerModule] : []),
      ],
    };
  }

  onApplicationBootstrap(): void {
    for (const variable of unknownVariables(process.env)) {
      this.logger.warn({ variable, msg: 'not a setting of this service' });
    }
    void this.logReady();
  }

  /** Logs once when the API listens and the executions have been read. */
  private async logReady(): Promise<void> {
    const { roles, http, grpc } = this.config;
    const isApi = roles.includes('api');
    if (isApi) await firstValueFrom(this.adapterHost.listen$);
    await this.executions.waitForSync();
    this.logger.log({ roles, ...(isApi && { http: formatAddress(http), grpc: formatAddress(grpc) }), msg: 'ready' });
  }
}
