import { Test } from '@nestjs/testing';
import { loadConfig, type Config } from '../../../src/config/config.ts';
import { ConfigModule } from '../../../src/config/config.module.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { Discovery } from '../../../src/kubernetes/discovery.ts';
import { KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import { silentLogger } from '../../../src/kubernetes/logger.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { reconcilerCaches, ReconcilerModule } from '../../../src/reconciler/reconciler.module.ts';
import { Resync } from '../../../src/reconciler/resync.ts';
import { END_PROCESS } from '../../../src/reconciler/control-loop.ts';

/** API discovery without a minimum interval between reads. */
function frequentDiscovery(client: KubernetesClient): Discovery {
  return new Discovery(client, { minIntervalMs: 0 });
}

/** The reconciler at work in a test. */
export interface RunningReconciler {
  /** Resyncs like the regular resync, but without spreading. */
  resync(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves with the reason when the reconciler wants the process to end. */
  readonly ended: Promise<string>;
}

/**
 * Starts the reconciler as the application does, talking to the cluster through `kubeConfig`, for one namespace that also
 * has its locks. It needs no leader unless `settings` say so.
 */
export async function startReconciler(
  kubeConfig: PooledKubeConfig,
  namespace: string,
  settings: Partial<Config> = {},
): Promise<RunningReconciler> {
  const fixed = {
    WFE_NAMESPACE: namespace,
    WFE_CLUSTER_LEASE_NAMESPACE: namespace,
    WFE_WATCH_NAMESPACES: namespace,
    WFE_LEADER_ELECTION: 'false',
  };
  const config = { ...loadConfig(fixed), ...settings };
  const { promise: ended, resolve: endProcess } = Promise.withResolvers<string>();
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      KubernetesModule.forRoot({ kubeConfig, log: silentLogger }),
      ...reconcilerCaches(config),
      ReconcilerModule,
    ],
  })
    .overrideProvider(END_PROCESS)
    .useValue(endProcess)
    .overrideProvider(Discovery)
    .useFactory({ inject: [KubernetesClient], factory: frequentDiscovery })
    .compile();
  module.useLogger(false);
  await module.init();
  return {
    resync: () => module.get(Resync).once(0, new AbortController().signal),
    stop: () => module.close(),
    ended,
  };
}
