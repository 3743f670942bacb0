import { describe, expect, it, jest } from '@jest/globals';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { CatchUp } from './catch-up.ts';

/** A replica of a cluster that is at resource version 100. */
function aReplica() {
  const cluster = { resourceVersion: '100' };
  const listRaw = jest.fn(() => Promise.resolve({ items: [], ...cluster }));
  const reflector = { scopes: [undefined] } as unknown as Reflector<WorkflowExecution>;
  const catchUp = new CatchUp({ listRaw } as unknown as KubernetesClient, reflector, new FakeClock());
  return { cluster, listRaw, catchUp };
}

describe('a resource version', () => {
  it('is real when the cluster has reached it', async () => {
    const { catchUp } = aReplica();
    await expect(catchUp.assertReal({}, '100')).resolves.toBeUndefined();
    await expect(catchUp.assertReal({}, '101')).rejects.toMatchObject({ code: 'PositionExpired' });
  });

  it('is compared with that of the cluster at the time, not with an earlier one', async () => {
    const { catchUp, cluster } = aReplica();
    await expect(catchUp.assertReal({}, '101')).rejects.toMatchObject({ code: 'PositionExpired' });
    cluster.resourceVersion = '101';
    await expect(catchUp.assertReal({}, '101')).resolves.toBeUndefined();
  });

  it('is asked for once by those who ask at the same time', async () => {
    const { catchUp, listRaw } = aReplica();
    await Promise.all([catchUp.assertReal({}, '1'), catchUp.assertReal({}, '2')]);
    expect(listRaw).toHaveBeenCalledTimes(1);
  });

  it('is asked for again after the cluster could not be asked', async () => {
    const { catchUp, listRaw } = aReplica();
    listRaw.mockRejectedValueOnce(new UnavailableError('reset'));
    await expect(catchUp.assertReal({}, '1')).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(catchUp.assertReal({}, '1')).resolves.toBeUndefined();
  });
});
