import { describe, expect, it, jest } from '@jest/globals';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { ForbiddenError, UnavailableError } from '../kubernetes/errors.ts';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { ReflectorRunner, RunningReflector } from '../kubernetes/kubernetes.providers.ts';
import { ApiServer } from './api-server.ts';
import { longestSilenceMs } from './decide.ts';
import { allWell } from './finding.ts';
import { Readiness } from './readiness.ts';
import { StartUp } from './start-up.ts';
import { Stores } from './stores.ts';

/** A service that has begun to run, with one store that has not been read yet and an API server that does as it is told. */
function aService() {
  const clock = new FakeClock();
  const raw = jest.fn<KubernetesClient['raw']>().mockResolvedValue('ok');
  const read = Promise.withResolvers<void>();
  const store = {
    resource: { plural: 'executions' },
    hasSynced: false,
    failure: undefined as Error | undefined,
    waitForSync: () => read.promise,
  };
  const runner = { reflectors: [store as unknown as RunningReflector] } as unknown as ReflectorRunner;
  const stores = new Stores(runner, clock);
  const readiness = new Readiness(stores, new ApiServer({ raw } as unknown as KubernetesClient, clock), clock);
  const told: boolean[] = [];
  readiness.onChange((isReady) => told.push(isReady));
  readiness.onApplicationBootstrap();
  const sync = async () => {
    store.hasSynced = true;
    read.resolve();
    await clock.advance(0);
  };
  return { clock, raw, store, stores, sync, readiness, told };
}

const away = () => Promise.reject(new UnavailableError('connect ECONNREFUSED'));

describe('the service', () => {
  it('is ready as soon as everything is read and the API server has answered', async () => {
    const { clock, readiness, sync, told } = aService();
    await clock.advance(0);
    expect(allWell(readiness.look())).toBe(false);

    await sync();

    expect(allWell(readiness.look())).toBe(true);
    expect(told).toEqual([true]);
  });

  it('is not ready when the API server has been away for some time, and again when it is back', async () => {
    const { clock, raw, sync, told } = aService();
    await sync();
    raw.mockImplementation(away);
    await clock.advance(longestSilenceMs / 2);
    expect(told).toEqual([true]);

    await clock.advance(longestSilenceMs);
    expect(told).toEqual([true, false]);

    raw.mockResolvedValue('ok');
    await clock.advance(5_000);
    expect(told).toEqual([true, false, true]);
  });

  it('is ready also where nobody may ask for the health of the API server', async () => {
    const { raw, sync, told } = aService();
    raw.mockRejectedValue(new ForbiddenError('/readyz is forbidden'));
    await sync();
    expect(told).toEqual([true]);
  });

  it('is not ready when a store has been out of date for long', async () => {
    const { clock, store, sync, told, readiness } = aService();
    await sync();
    store.failure = new Error('forbidden');
    await clock.advance(20_000);
    expect(told).toEqual([true]);

    await clock.advance(20_000);
    expect(told).toEqual([true, false]);
    expect(readiness.look()[0]?.message).toContain('forbidden');

    store.failure = undefined;
    await clock.advance(1_000);
    expect(told).toEqual([true, false, true]);
  });

  it('is not ready from the moment when it is told to stop, and asks nobody any more', async () => {
    const { clock, raw, readiness, sync, told } = aService();
    await sync();

    readiness.onModuleDestroy();

    expect(told).toEqual([true, false]);
    const asked = raw.mock.calls.length;
    await clock.advance(60_000);
    expect(raw).toHaveBeenCalledTimes(asked);
    expect(clock.pending).toBe(0);
  });

  it('asks the API server once in three seconds, however often it is asked itself', async () => {
    const { clock, raw, readiness } = aService();
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      for (let probe = 0; probe < 10; probe += 1) readiness.look();
    }
    expect(raw).toHaveBeenCalledTimes(11);
  });

  it('has started when it listens and has read the cluster, and stays so whatever happens', async () => {
    const { store, stores, sync } = aService();
    const startUp = new StartUp(stores);
    startUp.listening();
    expect(allWell(startUp.findings())).toBe(false);

    await sync();
    expect(allWell(startUp.findings())).toBe(true);

    store.failure = new Error('reset');
    expect(allWell(startUp.findings())).toBe(true);
  });
});
