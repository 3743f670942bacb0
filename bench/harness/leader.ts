import { leaderLeaseName as name } from '../../src/reconciler/installation.ts';
import type { ApiServer } from '../load/api-server.ts';

const namespace = 'kubernaut-system';
/** Longer than any bench. */
const leaseDurationSeconds = 24 * 3_600;

/**
 * Makes a fictitious replica the leader, so that executions are not reconciled. No service may be running.
 *
 * @returns ends its leadership
 */
export async function leadElsewhere(api: ApiServer): Promise<() => Promise<void>> {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const remove = async (): Promise<void> => void (await api.call('DELETE', `${leases}/${name}`));
  await remove();
  await api.must('POST', leases, {
    metadata: { name },
    spec: { holderIdentity: 'another replica', leaseDurationSeconds },
  });
  return remove;
}
