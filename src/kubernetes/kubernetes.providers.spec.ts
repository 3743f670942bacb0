import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from './fake-clock.builders.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { ReflectorRunner } from './kubernetes.providers.ts';
import { silentLogger } from './logger.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';
import type { Reflector } from './reflector.ts';

/** A reflector that syncs when the test says so. */
function aReflector(name: string, isBackground: boolean, started: string[]) {
  const synced = Promise.withResolvers<void>();
  const reflector = {
    ...{ name, isBackground, isListing: true },
    run: () => Promise.resolve(void started.push(name)),
    waitForSync: () => synced.promise,
  };
  return { reflector: reflector as unknown as Reflector<KubernetesObject>, sync: synced.resolve };
}

describe('the reflectors of an application', () => {
  it('start together, and those in the background once the others have synced', async () => {
    const started: string[] = [];
    const config = { close: () => Promise.resolve() } as unknown as PooledKubeConfig;
    const runner = new ReflectorRunner(config, new FakeClock(), silentLogger);
    const history = aReflector('history', true, started);
    const others = ['executions', 'leases'].map((name) => aReflector(name, false, started));
    for (const { reflector } of [history, ...others]) runner.add(reflector);
    runner.onApplicationBootstrap();
    await settle();
    expect(started).toEqual(['executions', 'leases']);
    for (const { sync } of others) {
      expect(started).not.toContain('history');
      sync();
      await settle();
    }
    expect(started).toEqual(['executions', 'leases', 'history']);
    history.sync();
    await runner.onApplicationShutdown();
  });

  it('log how far their first lists are, until they are complete', async () => {
    const clock = new FakeClock();
    const logged: object[] = [];
    const log = { ...silentLogger, info: (fields: object, msg: string) => logged.push({ ...fields, msg }) };
    const runner = new ReflectorRunner({ close: () => Promise.resolve() } as unknown as PooledKubeConfig, clock, log);
    const { reflector, sync } = aReflector('executions', false, []);
    const progress = Object.assign(reflector, { hasSynced: false, objectsRead: 0 });
    runner.add(reflector);
    runner.onApplicationBootstrap();
    for (const read of [1_200, 2_500]) {
      progress.objectsRead = read;
      await clock.advance(5_000);
    }
    progress.hasSynced = true;
    sync();
    await clock.advance(10_000);
    expect(logged).toEqual([
      { resource: 'executions', objectsRead: 1_200, msg: 'listing' },
      { resource: 'executions', objectsRead: 2_500, msg: 'listing' },
    ]);
    await runner.onApplicationShutdown();
  });
});
