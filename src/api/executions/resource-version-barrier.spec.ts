import { describe, expect, it, jest } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { CachedExecution } from './cached-execution.ts';
import { ResourceVersionBarrier } from './resource-version-barrier.ts';

/** A replica of a cluster that is at resource version 100. */
function aReplica() {
  const cluster = { resourceVersion: '100' };
  const listRaw = jest.fn(() => Promise.resolve({ items: [], ...cluster }));
  const reflector = { scopes: [undefined] } as unknown as Reflector<CachedExecution>;
  const barrier = new ResourceVersionBarrier({ listRaw } as unknown as KubernetesClient, reflector, new FakeClock());
  return { cluster, listRaw, barrier };
}

describe('a resource version', () => {
  it('exists if the cluster has reached it', async () => {
    const { barrier } = aReplica();
    await expect(barrier.assertExists({}, '100')).resolves.toBeUndefined();
    await expect(barrier.assertExists({}, '101')).rejects.toMatchObject({ code: 'PositionExpired' });
  });

  it('is compared with the current one of the cluster, not with an earlier answer', async () => {
    const { barrier, cluster } = aReplica();
    await expect(barrier.assertExists({}, '101')).rejects.toMatchObject({ code: 'PositionExpired' });
    cluster.resourceVersion = '101';
    await expect(barrier.assertExists({}, '101')).resolves.toBeUndefined();
  });

  it('is requested once for concurrent callers', async () => {
    const { barrier, listRaw } = aReplica();
    await Promise.all([barrier.assertExists({}, '1'), barrier.assertExists({}, '2')]);
    expect(listRaw).toHaveBeenCalledTimes(1);
  });

  it('is requested again after the API server was unreachable', async () => {
    const { barrier, listRaw } = aReplica();
    listRaw.mockRejectedValueOnce(new UnavailableError('reset'));
    await expect(barrier.assertExists({}, '1')).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(barrier.assertExists({}, '1')).resolves.toBeUndefined();
  });
});
