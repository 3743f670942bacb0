import { describe, expect, it, jest } from '@jest/globals';
import { nodeArguments } from '../../test/support/service.ts';
import { FakeClock, settle } from './fake-clock.builders.ts';
import { HeapCompaction } from './heap-compaction.ts';
import { silentLogger } from './logger.ts';

function aCompaction() {
  const clock = new FakeClock();
  const collect = jest.fn(() => Promise.resolve());
  const lists = ['executions', 'runs'].map(() => Promise.withResolvers<void>());
  const reflectors = lists.map(({ promise }) => ({ synced: () => promise }));
  const compaction = new HeapCompaction({ reflectors }, silentLogger, clock, collect);
  compaction.onApplicationBootstrap();
  return { clock, collect, compaction, lists };
}

describe('the memory of the first lists', () => {
  it('is given back once, some time after the last of them', async () => {
    const { clock, collect, lists } = aCompaction();
    lists[0]?.resolve();
    await clock.advance(60_000);
    expect(collect).not.toHaveBeenCalled();

    lists[1]?.resolve();
    await settle();
    await clock.advance(9_999);
    expect(collect).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(collect).toHaveBeenCalledTimes(1);
    await clock.advance(600_000);
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('is left alone when the process ends', async () => {
    const { clock, collect, compaction, lists } = aCompaction();
    lists.forEach(({ resolve }) => resolve());
    await settle();
    compaction.onModuleDestroy();
    await clock.advance(60_000);
    expect(collect).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it('is left alone when the process ends before they are there', async () => {
    const { clock, collect, compaction, lists } = aCompaction();
    compaction.onModuleDestroy();
    lists.forEach(({ resolve }) => resolve());
    await clock.advance(60_000);
    expect(collect).not.toHaveBeenCalled();
  });

  it('can be given back in the image: it lets the service call the collector', () => {
    expect(nodeArguments()).toContain('--expose-gc');
  });
});
