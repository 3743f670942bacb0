import { Inject, Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { firstValueFrom } from 'rxjs';
import { ApiModule, apiSources } from './api/api.module.ts';
import { ConfigModule } from './config/config.module.ts';
import { CONFIG, unknownVariables, type Config } from './config/config.ts';
import { KubernetesModule } from './kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from './kubernetes/pooled-kube-config.ts';
import { ReflectorRunner } from './kubernetes/kubernetes.providers.ts';
import { formatAddress } from './listen.ts';
import { loggingModule } from './logging.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { OperationsModule } from './operations.module.ts';
import { ReconcilerModule, reconcilerCaches } from './reconciler/reconciler.module.ts';
import type { Tracing } from './tracing/tracing.ts';
import { TracingModule } from './tracing/tracing.module.ts';
import { tracedWrite } from './tracing/reconcile-span.ts';

/** The service in its configured roles, on one connection to the cluster and with caches of its own for each role. */
@Module({})
export class AppModule implements OnApplicationBootstrap {
  private readonly logger = new Logger();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly runner: ReflectorRunner,
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
        MetricsModule,
        OperationsModule.forRoot(config),
        ...(config.roles.includes('api') ? [KubernetesModule.forResources(apiSources(config)), ApiModule] : []),
        ...(config.roles.includes('controller') ? [...reconcilerCaches(config), ReconcilerModule] : []),
      ],
    };
  }

  onApplicationBootstrap(): void {
    for (const variable of unknownVariables(process.env)) {
      this.logger.warn({ variable, msg: 'not a setting of this service' });
    }
    void this.logReady();
  }

  /** Logs once when the API listens and the caches have been read. */
  private async logReady(): Promise<void> {
    const { roles, http, grpc } = this.config;
    const isApi = roles.includes('api');
    if (isApi) await firstValueFrom(this.adapterHost.listen$);
    const caches = this.runner.reflectors.filter(({ isBackground }) => !isBackground);
    await Promise.all(caches.map((cache) => cache.waitForSync()));
    this.logger.log({ roles, ...(isApi && { http: formatAddress(http), grpc: formatAddress(grpc) }), msg: 'ready' });
  }
}
