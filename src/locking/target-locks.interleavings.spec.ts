import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeApiServer } from '../kubernetes/fake-api-server.builders.ts';
import { lockName } from './lock-lease.ts';
import { aClaim, aCooldown, anId, aReplica, FakeHolders, minutes, now, signal, target } from './replica.builders.ts';
import { LockContendedError } from './target-locks.ts';

/** One execution, and what happens once it has the target. */
interface Life {
  readonly workflow: 'restart' | 'scale-up';
  readonly replica: 0 | 1;
  /** Whether the caches have its end, and whether it releases the target itself. */
  readonly end: 'released' | 'seen' | 'unseen';
}

const life: fc.Arbitrary<Life> = fc.record({
  workflow: fc.constantFrom('restart', 'scale-up'),
  replica: fc.constantFrom(0, 1),
  end: fc.constantFrom('released', 'seen', 'unseen'),
});

/** Whether the target has an earlier Lease, which is cached. */
const beginnings = fc.constantFrom('no Lease', 'a free Lease');

it('a target has one holder at a time, in any order of requests and responses', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(life, { minLength: 2, maxLength: 4 }),
      beginnings,
      async (scheduler, lives, beginning) => {
        const server = new FakeApiServer();
        const holders = new FakeHolders();
        if (beginning === 'a free Lease') {
          const cooldown = aCooldown('earlier', now, 'restore');
          await aReplica({ server }).locks.release(target, anId('earlier'), cooldown, now, signal);
        }
        const onItsWay = () => scheduler.schedule(Promise.resolve());
        const network = { before: onItsWay, after: onItsWay };
        const replicas = [0, 1].map(() => aReplica({ server, holders, network }));
        const running = new Set<string>();

        const acquire = async (name: string, { workflow, replica }: Life) => {
          try {
            return await replicas[replica]!.locks.acquire(target, aClaim(name, workflow), now, signal);
          } catch (error) {
            expect(error).toBeInstanceOf(LockContendedError);
            return undefined;
          }
        };
        const live = async (each: Life, index: number) => {
          const name = `execution-${index}`;
          const acquisition = await acquire(name, each);
          if (acquisition?.kind !== 'acquired') return;
          expect([...running]).toEqual([]);
          running.add(name);
          await scheduler.schedule(Promise.resolve());
          running.delete(name);
          const cooldown = aCooldown(name, now, each.workflow);
          holders.liveStates.set(name, { kind: 'ended', cooldown });
          if (each.end === 'seen') holders.cachedStates.set(name, { kind: 'ended', cooldown });
          if (each.end !== 'released') return;
          await replicas[1 - each.replica]!.locks.release(target, anId(name), cooldown, now, signal).catch(
            (error: unknown) => expect(error).toBeInstanceOf(LockContendedError),
          );
        };
        const watch = async ({ sync }: (typeof replicas)[number]) => {
          for (let i = 0; i < 3; i += 1) {
            await scheduler.schedule(Promise.resolve());
            sync();
          }
        };
        const collect = async ({ locks }: (typeof replicas)[number]) => {
          const later = new Date(now.getTime() + 6 * minutes);
          await scheduler.schedule(Promise.resolve());
          await locks.collect(lockName(target), later, signal);
        };
        await scheduler.waitFor(Promise.all([...lives.map(live), ...replicas.map(watch), ...replicas.map(collect)]));
      },
    ),
    { numRuns: 300 },
  );
});
