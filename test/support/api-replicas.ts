import { startService, type ServiceProcess } from './service.ts';

/** Addresses of one API replica, `host:port`. */
export type ApiReplica = Pick<ServiceProcess, 'http' | 'grpc' | 'metrics' | 'health'>;

/** API replicas that all specs of a run share. */
export interface ApiReplicas {
  readonly addresses: readonly ApiReplica[];
  stop(): Promise<void>;
}

/**
 * Starts two replicas of the execution API for all namespaces of a cluster, without a rate limit.
 *
 * @param kubeconfig path of a kubeconfig with the rights of the API
 */
export async function startApiReplicas(kubeconfig: string): Promise<ApiReplicas> {
  const settings = { WFE_ROLES: 'api', WFE_RATE_LIMIT: '0' };
  const starts = await Promise.allSettled([1, 2].map(() => startService({ kubeconfig, settings })));
  const replicas = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
  };
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    // The process of the caller would not end while the other one runs.
    await stop();
    throw failed.reason;
  }
  return {
    addresses: replicas.map(({ http, grpc, metrics, health }) => ({ http, grpc, metrics, health })),
    stop,
  };
}
