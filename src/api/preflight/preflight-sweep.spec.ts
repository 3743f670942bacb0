import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeApiServer } from '../../kubernetes/fake-api-server.builders.ts';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { preflightLabel, resolutionRequestResource } from '../../tekton/resolution-request.ts';
import { PreflightSweep, sweepMs } from './preflight-sweep.ts';

const created = new Date('2026-01-02T03:04:05Z');

/** A cluster with a ResolutionRequest of a preflight in two namespaces, and one of Tekton. */
function clusterWithLeftovers(
  config: { preflightTimeoutMs?: number; watchNamespaces?: string[] } = {},
  refused?: string,
) {
  const server = new FakeApiServer();
  const clock = new FakeClock(created);
  const own = { [preflightLabel]: 'true' };
  for (const [namespace, name, labels] of [
    ['payment', 'wfe-preflight-1', own],
    ['billing', 'wfe-preflight-2', own],
    ['payment', 'bundles-abc', {}],
  ] as const) {
    const metadata = { namespace, name, labels, uid: name, creationTimestamp: created.toISOString() };
    server.put(resolutionRequestResource, { metadata });
  }
  const sweep = new PreflightSweep(
    server.client({
      before: ({ path }) => {
        if (refused !== undefined && path.endsWith(refused)) throw new UnavailableError('refused');
      },
    }),
    { preflightTimeoutMs: 10_000, watchNamespaces: [], ...config },
    clock,
  );
  const names = () => server.list(resolutionRequestResource).map(({ metadata }) => metadata.name);
  return { server, clock, sweep, names };
}

describe('the sweep of preflights', () => {
  it('deletes ResolutionRequests of this service that no replica waits for any more', async () => {
    const { clock, sweep, names } = clusterWithLeftovers();

    sweep.onApplicationBootstrap();
    await clock.advance(sweepMs);
    const before = names();
    await clock.advance(sweepMs);

    expect(before).toHaveLength(3);
    expect(names()).toEqual(['bundles-abc']);
    await sweep.onApplicationShutdown();
    expect(clock.pending).toBe(0);
  });

  it('deletes others while one cannot be deleted', async () => {
    const { clock, sweep, names } = clusterWithLeftovers({}, 'wfe-preflight-1');

    sweep.onApplicationBootstrap();
    await clock.advance(2 * sweepMs);

    expect(names()).toEqual(['wfe-preflight-1', 'bundles-abc']);
    await sweep.onApplicationShutdown();
  });

  it('reads only the namespaces that are served', async () => {
    const { clock, sweep, names } = clusterWithLeftovers({ watchNamespaces: ['payment'] });

    sweep.onApplicationBootstrap();
    await clock.advance(2 * sweepMs);

    expect(names()).toEqual(['wfe-preflight-2', 'bundles-abc']);
    await sweep.onApplicationShutdown();
  });

  it('does nothing if preflights are turned off', async () => {
    const { server, clock, sweep } = clusterWithLeftovers({ preflightTimeoutMs: 0 });

    sweep.onApplicationBootstrap();
    await clock.advance(2 * sweepMs);

    expect(server.requests).toEqual([]);
  });
});
