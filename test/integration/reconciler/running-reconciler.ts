import { Test } from '@nestjs/testing';
import { loadConfig, type Config } from '../../../src/config/config.ts';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import { silentLogger } from '../../../src/kubernetes/logger.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { ControlLoop } from '../../../src/reconciler/control-loop.ts';
import { reconcilerSources, ReconcilerModule } from '../../../src/reconciler/reconciler.module.ts';

/** The reconciler at work in a test. */
export interface RunningReconciler {
  /** Looks at every execution again, as the scheduled resync does. */
  resync(): void;
  stop(): Promise<void>;
}

/**
 * Starts the reconciler as the application does, talking to the cluster through `kubeConfig`, for one namespace that also
 * has its locks. Nothing cools down unless `settings` say so.
 */
export async function startReconciler(
  kubeConfig: PooledKubeConfig,
  namespace: string,
  settings: Partial<Config> = {},
): Promise<RunningReconciler> {
  const config = { ...loadConfig({ WFE_NAMESPACE: namespace, WFE_WATCH_NAMESPACES: namespace }), ...settings };
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      KubernetesModule.forRoot({ kubeConfig, log: silentLogger }),
      KubernetesModule.forResources(reconcilerSources(config)),
      ReconcilerModule,
    ],
  }).compile();
  module.useLogger(false);
  await module.init();
  return { resync: () => module.get(ControlLoop).resync(), stop: () => module.close() };
}
