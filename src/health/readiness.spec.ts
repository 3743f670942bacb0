import { describe, expect, it, jest } from '@jest/globals';
import { HttpAdapterHost } from '@nestjs/core';
import type { Config } from '../config/config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { ForbiddenError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { ReflectorRunner, RunningReflector } from '../kubernetes/kubernetes.providers.ts';
import { ApiServerProbe } from './api-server-probe.ts';
import { CacheHealth } from './cache-health.ts';
import { isHealthy, maxSilenceMs, result } from './health-rules.ts';
import { Readiness } from './readiness.ts';
import { StartupProbe } from './startup-probe.ts';

/** A running service with one cache that has not synced yet, and a fake API server. */
function aService() {
  const clock = new FakeClock();
  const raw = jest.fn<KubernetesClient['raw']>().mockResolvedValue('ok');
  const read = Promise.withResolvers<void>();
  const cache = {
    name: 'executions',
    hasSynced: false,
    objectsRead: 0,
    failure: undefined as Error | undefined,
    waitForSync: () => read.promise,
  };
  const runner = { reflectors: [cache as unknown as RunningReflector] } as unknown as ReflectorRunner;
  const caches = new CacheHealth(runner, clock);
  const readiness = new Readiness(caches, new ApiServerProbe({ raw } as unknown as KubernetesClient, clock), clock);
  const changes: boolean[] = [];
  readiness.onChange((isReady) => changes.push(isReady));
  readiness.onApplicationBootstrap();
  const sync = async () => {
    cache.hasSynced = true;
    read.resolve();
    await clock.advance(0);
  };
  return { clock, raw, cache, caches, sync, readiness, changes };
}

const away = () => Promise.reject(new UnavailableError('connect ECONNREFUSED'));

describe('a replica', () => {
  it('is ready once its caches have synced and the API server has responded', async () => {
    const { clock, readiness, sync, changes } = aService();
    await clock.advance(0);
    expect(isHealthy(readiness.check())).toBe(false);

    await sync();

    expect(isHealthy(readiness.check())).toBe(true);
    expect(changes).toEqual([true]);
  });

  it('is not ready while the API server has been down for some time', async () => {
    const { clock, raw, sync, changes } = aService();
    await sync();
    raw.mockImplementation(away);
    await clock.advance(maxSilenceMs / 2);
    expect(changes).toEqual([true]);

    await clock.advance(maxSilenceMs);
    expect(changes).toEqual([true, false]);

    raw.mockResolvedValue('ok');
    await clock.advance(5_000);
    expect(changes).toEqual([true, false, true]);
  });

  it('is ready if it has no right to the health of the API server', async () => {
    const { raw, sync, changes } = aService();
    raw.mockRejectedValue(new ForbiddenError('/readyz is forbidden'));
    await sync();
    expect(changes).toEqual([true]);
  });

  it('is not ready while a cache is stale', async () => {
    const { clock, cache, sync, changes, readiness } = aService();
    await sync();
    cache.failure = new Error('forbidden');
    await clock.advance(20_000);
    expect(changes).toEqual([true]);

    await clock.advance(20_000);
    expect(changes).toEqual([true, false]);
    expect(readiness.check()['executions']?.['message']).toContain('forbidden');

    cache.failure = undefined;
    await clock.advance(1_000);
    expect(changes).toEqual([true, false, true]);
  });

  it('is not ready while a check of another module is down', async () => {
    const { clock, readiness, sync, changes } = aService();
    let isUp = false;
    readiness.addCheck(() => result('certificate', isUp));
    await sync();
    expect(changes).toEqual([]);

    isUp = true;
    await clock.advance(1_000);
    expect(changes).toEqual([true]);
  });

  it('is not ready and stops probing when it shuts down', async () => {
    const { clock, raw, readiness, sync, changes } = aService();
    await sync();

    readiness.onModuleDestroy();

    expect(changes).toEqual([true, false]);
    const asked = raw.mock.calls.length;
    await clock.advance(60_000);
    expect(raw).toHaveBeenCalledTimes(asked);
    expect(clock.pending).toBe(0);
  });

  it('probes the API server every three seconds, however often it is probed itself', async () => {
    const { clock, raw, readiness } = aService();
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      for (let probe = 0; probe < 10; probe += 1) readiness.check();
    }
    expect(raw).toHaveBeenCalledTimes(11);
  });

  it('reports how far its lists are while it starts, also after one has failed', () => {
    const { cache, caches } = aService();
    const startup = new StartupProbe(caches, new HttpAdapterHost(), { roles: ['controller'] } as unknown as Config);
    cache.failure = new Error('reset');
    for (const objectsRead of [1_200, 2_500]) {
      cache.objectsRead = objectsRead;
      expect(startup.check()['executions']?.['message']).toBe(
        `${objectsRead} objects read, more to come; last failure: reset`,
      );
    }
  });

  it('has started when it listens and its caches have synced, and stays started', async () => {
    const { cache, caches, sync } = aService();
    const adapterHost = new HttpAdapterHost();
    const startup = new StartupProbe(caches, adapterHost, { roles: ['api'] } as unknown as Config);
    await sync();
    expect(startup.check()).toMatchObject({ api: { status: 'down' }, executions: { status: 'up' } });

    adapterHost.listening = true;
    expect(isHealthy(startup.check())).toBe(true);

    cache.failure = new Error('reset');
    expect(isHealthy(startup.check())).toBe(true);
  });
});
