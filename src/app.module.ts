import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ConfigModule } from './config/config.module.ts';
import type { Config } from './config/config.ts';
import { ApiModule } from './api/api.module.ts';
import { HealthModule } from './health/health.module.ts';
import { KubernetesModule } from './kubernetes/kubernetes.module.ts';
import type { PooledKubeConfig } from './kubernetes/pooled-kube-config.ts';
import { loggingModule } from './logging.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { executionSource, ReconcilerModule, reconcilerSources } from './reconciler/reconciler.module.ts';
import type { Tracing } from './tracing/tracing.ts';
import { TracingModule } from './tracing/tracing.module.ts';
import { tracedWrite } from './tracing/write-span.ts';

/** The service in the roles that it is configured for, all on one connection and one set of stores. */
@Module({})
export class AppModule {
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
        HealthModule,
        ...(config.roles.includes('api') ? [ApiModule] : []),
        ...(config.roles.includes('controller') ? [ReconcilerModule] : []),
      ],
    };
  }
}
