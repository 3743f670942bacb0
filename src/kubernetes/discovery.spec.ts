import { describe, expect, it } from '@jest/globals';
import { aggregatedDiscovery, Discovery, DiscoveryNotDueError } from './discovery.ts';
import { CancelledError, InvalidObjectError, UnavailableError } from './errors.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';

const { signal } = new AbortController();
const pods = { resource: 'pods', responseKind: { group: '', version: 'v1', kind: 'Pod' }, scope: 'Namespaced' };
const rollouts = {
  ...{ resource: 'rollouts', responseKind: { group: 'argoproj.io', version: 'v1', kind: 'Rollout' } },
  ...{ scope: 'Namespaced', singularResource: 'rollout', shortNames: ['ro'] },
};
const withoutKind = { resource: 'tokens', scope: 'Namespaced', subresources: [{ subresource: 'create' }] };

function group(name: string, ...versions: readonly object[]) {
  return { metadata: { name }, versions };
}

/** An API server whose responses the test sets, and the requests it received. */
function aDiscovery() {
  const asked: [string, string | undefined][] = [];
  const server = {
    groups: [group('argoproj.io', { version: 'v1', resources: [rollouts] })] as readonly object[],
    failure: undefined as Error | undefined,
    hold: Promise.resolve(),
  };
  const clock = new FakeClock();
  const client = {
    async raw(path: string, options?: { accept?: string }) {
      asked.push([path, options?.accept]);
      await server.hold;
      if (server.failure !== undefined) throw server.failure;
      const items = path === '/api' ? [group('', { version: 'v1', resources: [pods] })] : server.groups;
      return JSON.stringify({ kind: 'APIGroupDiscoveryList', items });
    },
  };
  return { asked, server, clock, discovery: new Discovery(client, { clock }) };
}

describe('API discovery', () => {
  it('lists the kinds of the core group first, with all their names', async () => {
    const { discovery, asked } = aDiscovery();
    await expect(discovery.latest(signal)).resolves.toMatchObject({
      kinds: [
        { group: '', kind: 'Pod', plural: 'pods', singular: '', shortNames: [], namespaced: true },
        { group: 'argoproj.io', kind: 'Rollout', plural: 'rollouts', singular: 'rollout', shortNames: ['ro'] },
      ],
      staleGroups: [],
    });
    expect(asked).toEqual([
      ['/api', aggregatedDiscovery],
      ['/apis', aggregatedDiscovery],
    ]);
  });

  it('lists a kind once per group and skips entries that have only subresources', async () => {
    const { discovery, server } = aDiscovery();
    const older = { ...rollouts, scope: 'Cluster' };
    server.groups = [
      group(
        'argoproj.io',
        { version: 'v1', resources: [rollouts, withoutKind] },
        { version: 'v1alpha1', resources: [older] },
      ),
    ];
    const { kinds } = await discovery.latest(signal);
    expect(kinds.filter((one) => one.group === 'argoproj.io')).toMatchObject([{ kind: 'Rollout', namespaced: true }]);
  });

  it('names the groups whose server is unavailable', async () => {
    const { discovery, server } = aDiscovery();
    server.groups = [group('metrics.k8s.io', { version: 'v1', freshness: 'Stale' })];
    await expect(discovery.latest(signal)).resolves.toMatchObject({ staleGroups: ['metrics.k8s.io'] });
  });

  it('is read once for concurrent and later callers', async () => {
    const { discovery, asked } = aDiscovery();
    await Promise.all([discovery.latest(signal), discovery.latest(signal), discovery.since(new Date(0), signal)]);
    await discovery.latest(signal);
    expect(asked).toHaveLength(2);
  });

  it('is read again for callers that need a newer snapshot, at most every 10 s', async () => {
    const { discovery, clock, asked } = aDiscovery();
    await discovery.latest(signal);
    await clock.advance(4_000);
    const tooEarly = discovery.since(clock.now(), signal);
    await expect(tooEarly).rejects.toThrow(DiscoveryNotDueError);
    await expect(tooEarly).rejects.toMatchObject({ retryAfterMs: 6_000 });
    await clock.advance(6_000);
    await expect(discovery.since(clock.now(), signal)).resolves.toMatchObject({ askedAt: clock.now() });
    expect(asked).toHaveLength(4);
  });

  it('returns a snapshot that was requested at the given time', async () => {
    const { discovery, clock, asked } = aDiscovery();
    const begin = clock.now();
    await discovery.latest(signal);
    await clock.advance(1);
    await discovery.since(begin, signal);
    expect(asked).toHaveLength(2);
  });

  it('is refreshed in the background after ten minutes', async () => {
    const { discovery, clock, server, asked } = aDiscovery();
    const first = await discovery.latest(signal);
    await clock.advance(600_000);
    server.failure = new UnavailableError('away');
    await expect(discovery.latest(signal)).resolves.toBe(first);
    await settle();
    server.failure = undefined;
    await clock.advance(600_000);
    await expect(discovery.latest(signal)).resolves.toBe(first);
    await settle();
    expect(discovery.snapshot).toMatchObject({ askedAt: clock.now() });
    expect(asked).toHaveLength(6);
  });

  it('repeats the last failure until it may be read again', async () => {
    const { discovery, clock, server, asked } = aDiscovery();
    server.failure = new UnavailableError('away');
    await expect(discovery.latest(signal)).rejects.toBe(server.failure);
    await clock.advance(9_999);
    await expect(discovery.latest(signal)).rejects.toBe(server.failure);
    expect(asked).toHaveLength(2);
    server.failure = undefined;
    await clock.advance(1);
    await expect(discovery.latest(signal)).resolves.toMatchObject({ askedAt: clock.now() });
  });

  it('reports the same failure whichever document fails first', async () => {
    const failing = async (path: string) => {
      if (path === '/api') await settle();
      throw new UnavailableError(`GET ${path} failed`);
    };
    await expect(new Discovery({ raw: failing }).latest(signal)).rejects.toThrow('GET /api failed');
  });

  it('continues for other callers when one cancels', async () => {
    const { discovery, server } = aDiscovery();
    let release = (): void => undefined;
    server.hold = new Promise((resolve) => (release = resolve));
    const impatient = new AbortController();
    const [gone, waits] = [discovery.latest(impatient.signal), discovery.latest(signal)];
    impatient.abort();
    await expect(gone).rejects.toThrow(CancelledError);
    release();
    await expect(waits).resolves.toMatchObject({ staleGroups: [] });
  });

  it('rejects an API server without aggregated discovery', async () => {
    const discovery = new Discovery({ raw: () => Promise.resolve('{"kind":"APIGroupList","groups":[]}') });
    await expect(discovery.latest(signal)).rejects.toThrow(InvalidObjectError);
  });
});
