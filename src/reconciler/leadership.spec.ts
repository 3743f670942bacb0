import { describe, expect, it } from '@jest/globals';
import { aborted } from '../kubernetes/async.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { NotFoundError } from '../kubernetes/errors.ts';
import type { ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { parseLease, type Lease } from '../kubernetes/lease.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import { installationLeaseName, leaderLeaseName } from './installation.ts';
import { Leadership } from './leadership.ts';

/** A replica in the namespace kubernaut-system, and the Leases of its cluster by name. */
function aReplica({ leaderElection = true, installation = '' } = {}) {
  const leases = new Map<string, Lease>();
  const store = (lease: Lease): Promise<Lease> => {
    const stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: '1' } };
    leases.set(lease.metadata.name, stored);
    return Promise.resolve(stored);
  };
  /** Whether the replica could write during each of its requests for a Lease, in order. */
  const heldAt: [name: string, isHeld: boolean][] = [];
  const client = {
    get(_: unknown, { name }: ObjectKey): Promise<Lease> {
      heldAt.push([name, leadership.isHeld]);
      const lease = leases.get(name);
      return lease === undefined ? Promise.reject(new NotFoundError('no lease')) : Promise.resolve(lease);
    },
    create: (_: unknown, lease: Lease) => store(lease),
    replace: (_: unknown, lease: Lease) => store(lease),
  };
  const leadership = new Leadership(
    client as unknown as KubernetesClient,
    {
      ...{ leaderElection, leaderLeaseMs: 15_000, namespace: 'kubernaut-system' },
      clusterLeaseNamespace: 'kube-system',
    },
    silentLogger,
  );
  if (installation !== '') {
    const metadata = { namespace: 'kube-system', name: installationLeaseName, resourceVersion: '1' };
    const spec = { holderIdentity: installation, leaseDurationSeconds: 15 };
    leases.set(installationLeaseName, parseLease({ metadata, spec }));
  }
  return { leadership, leases, heldAt };
}

describe('leadership', () => {
  it('is held with both Leases only, and not after it has ended', async () => {
    const { leadership, leases, heldAt } = aReplica();
    const stop = new AbortController();
    const asWorkBegins: unknown[] = [];

    const end = await leadership.during(stop.signal, async (leading) => {
      asWorkBegins.push(...heldAt, leadership.isHeld);
      stop.abort();
      await aborted(leading);
    });

    expect(end).toBe('stopped');
    expect(asWorkBegins).toEqual([[leaderLeaseName, false], [installationLeaseName, false], true]);
    expect(leadership.isHeld).toBe(false);
    expect(leases.get(installationLeaseName)?.spec.holderIdentity).toBe('kubernaut-system');
  });

  it('is refused while another installation reconciles the cluster', async () => {
    const { leadership } = aReplica({ installation: 'remediation' });
    const work = () => Promise.reject(new Error('it works'));

    await expect(leadership.during(new AbortController().signal, work)).resolves.toBe('refused');

    expect([leadership.isHeld, leadership.installation]).toEqual([false, 'remediation']);
  });

  it('is always held without leader election', async () => {
    const { leadership, heldAt } = aReplica({ leaderElection: false });
    expect(leadership.isHeld).toBe(true);
    await expect(leadership.during(AbortSignal.abort(), () => Promise.resolve())).resolves.toBe('stopped');
    expect(heldAt).toEqual([]);
  });
});
