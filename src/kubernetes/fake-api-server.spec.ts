import { describe, expect, it } from '@jest/globals';
import { describeApiServerContract } from './api-server-contract.builders.ts';
import { CancelledError } from './errors.ts';
import { FakeApiServer } from './fake-api-server.builders.ts';
import { leaseResource } from './lease.ts';

const lease = (name: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'locks', name },
  spec: {},
});

describe('the fake API server', () => {
  const client = new FakeApiServer().client();
  describeApiServerContract(() => ({ client, namespace: 'locks' }));

  it('lets a test act before a request is handled and lose the response', async () => {
    const server = new FakeApiServer();
    const lost = new Error('the response was lost');
    const late = server.client({
      before: async () => void (await server.client().create(leaseResource, lease('first'))),
      after: () => {
        throw lost;
      },
    });
    await expect(late.create(leaseResource, lease('second'))).rejects.toBe(lost);
    expect(server.list(leaseResource, 'locks').map(({ metadata }) => metadata.name)).toEqual(['first', 'second']);
  });

  it('ignores cancelled requests', async () => {
    const server = new FakeApiServer();
    const creation = server.client().create(leaseResource, lease('first'), { signal: AbortSignal.abort() });
    await expect(creation).rejects.toThrow(CancelledError);
    expect(server.requests).toEqual([]);
  });
});
