import type { Cluster } from '../test/cluster/index.ts';
import type { FakeDataStorage } from '../test/data-storage/index.ts';
import { kubectl } from '../test/support/product.ts';
import { remediationRequest } from './submit.ts';

/** Timeout for the audit events, which take less than a second. */
const timeout = '--timeout=60s';

/** Prints the recorded audit events in order of arrival. */
export async function showAudit(
  cluster: Pick<Cluster, 'kubectl' | 'kubeconfig'>,
  namespace: string,
  storage: Pick<FakeDataStorage, 'rows' | 'url'>,
  log: (line: string) => void,
): Promise<void> {
  await kubectl(cluster, 'wait', 'wfe', '--all', '-n', namespace, '--for=condition=AuditRecorded', timeout);
  log(
    `What data storage has recorded (a fake; ${storage.url}/api/v1/audit/events?correlation_id=${remediationRequest}):`,
  );
  for (const { event } of storage.rows) {
    const {
      event_timestamp: time,
      resource_id: name = '',
      event_type: type,
      event_outcome: outcome,
      actor_id: actor,
    } = event;
    log(
      `  ${time.padEnd(24)}  ${name.padEnd(18)} ${type.padEnd(38)} ${outcome.padEnd(8)} ${typeof actor === 'string' ? actor : ''}`,
    );
  }
}
