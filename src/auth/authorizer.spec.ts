import { describe, expect, it, jest } from '@jest/globals';
import { KubernetesClient } from '../kubernetes/client.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { recordOf } from '../kubernetes/json.ts';
import { Authorizer } from './authorizer.ts';

const caller = { username: 'orchestrator', uid: 'u-1', groups: [], extra: {} };
const get = {
  group: 'workflowexecution.kubernaut.ai',
  resource: 'workflowexecutions',
  verb: 'get',
  namespace: 'payment',
};

/** An authorizer in a cluster that allows these names; `undefined` means any name. */
function authorizerIn(allowed: readonly (string | undefined)[]) {
  const asked = jest.fn((attributes: Readonly<Record<string, unknown>>) =>
    allowed.some((name) => name === attributes['name']),
  );
  const review = (_: unknown, { spec }: { spec: unknown }) =>
    Promise.resolve({ allowed: asked(recordOf(recordOf(spec)['resourceAttributes'])) });
  const client = { review } as unknown as KubernetesClient;
  return { authorizer: new Authorizer(client, { authCacheMs: 10_000 }, new FakeClock()), asked };
}

describe('a permission', () => {
  it('for any name is reviewed once for all names', async () => {
    const { authorizer, asked } = authorizerIn([undefined]);

    for (const name of ['we-1', 'we-2', 'we-3']) {
      await expect(authorizer.allows(caller, { ...get, name })).resolves.toBe(true);
    }
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('may be granted for one name only', async () => {
    const { authorizer } = authorizerIn(['we-1']);

    await expect(authorizer.allows(caller, { ...get, name: 'we-1' })).resolves.toBe(true);
    await expect(authorizer.allows(caller, { ...get, name: 'we-2' })).resolves.toBe(false);
    await expect(authorizer.allows(caller, get)).resolves.toBe(false);
  });
});
