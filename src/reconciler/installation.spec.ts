import { describe, expect, it } from '@jest/globals';
import type { CallOptions } from '../kubernetes/call-options.ts';
import { ForbiddenError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeApiServer, type FakeNetwork } from '../kubernetes/fake-api-server.builders.ts';
import type { ObjectKey } from '../kubernetes/kubernetes-object.ts';
import { leaseResource } from '../kubernetes/lease.ts';
import { AnotherInstallationError, requireOnlyInstallation } from './installation.ts';

const config = {
  namespace: 'kubernaut-system',
  clusterLeaseNamespace: 'kube-system',
  leaderElection: true,
  roles: ['api', 'controller'],
} as const;
const key = { namespace: 'kube-system', name: 'workflow-execution-installation' };

/** A cluster whose installation Lease has this spec; without one there is no Lease. */
function aCluster(spec?: object, network: FakeNetwork = {}) {
  const server = new FakeApiServer();
  if (spec !== undefined) server.put(leaseResource, { metadata: key, spec });
  return { server, client: server.client(network) };
}

/** A network on which every request fails with this error. */
const failing = (error: Error): FakeNetwork => ({ before: () => Promise.reject(error) });

describe('a controller that starts', () => {
  it('fails with advice when the Lease names the installation of another namespace', async () => {
    const { client } = aCluster({ holderIdentity: 'other' });
    const error = await requireOnlyInstallation(client, config).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AnotherInstallationError);
    expect(error).toMatchObject({
      name: 'AnotherInstallationError',
      message: expect.stringMatching(
        /^The installation in namespace other .+ delete the Lease: kubectl -n kube-system delete lease workflow-execution-installation$/,
      ),
    });
  });

  it.each([
    ['there is no Lease', undefined],
    ['the Lease names its own installation', { holderIdentity: 'kubernaut-system' }],
    ['the Lease has no holder', { holderIdentity: '' }],
    ['the Lease was never held', {}],
  ])('continues when %s', async (_, spec) => {
    const { client } = aCluster(spec);
    await expect(requireOnlyInstallation(client, config)).resolves.toBeUndefined();
  });

  it('continues without the right to read the Lease', async () => {
    const { client } = aCluster({ holderIdentity: 'other' }, failing(new ForbiddenError('no rights')));
    await expect(requireOnlyInstallation(client, config)).resolves.toBeUndefined();
  });

  it('fails when the Lease cannot be read', async () => {
    const error = new UnavailableError('no route');
    const { client } = aCluster(undefined, failing(error));
    await expect(requireOnlyInstallation(client, config)).rejects.toBe(error);
  });

  it('waits ten seconds for the Lease at most', async () => {
    const asked: unknown[] = [];
    const find = (_type: unknown, at: ObjectKey, options?: CallOptions) => {
      asked.push(at, options);
      return Promise.resolve(undefined);
    };
    await requireOnlyInstallation({ find }, config);
    expect(asked).toEqual([key, { timeoutMs: 10_000 }]);
  });
});

describe('a process that never leads', () => {
  it.each([
    ['has no controller', { roles: ['api'] }],
    ['has leader election turned off', { leaderElection: false }],
  ] as const)('does not check for another installation when it %s', async (_, over) => {
    const { client, server } = aCluster({ holderIdentity: 'other' });
    await expect(requireOnlyInstallation(client, { ...config, ...over })).resolves.toBeUndefined();
    expect(server.verbs).toEqual([]);
  });
});
