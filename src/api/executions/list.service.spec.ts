import { describe, expect, it, jest } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import type { ResourceVersionBarrier } from './resource-version-barrier.ts';
import { executionOf, type CachedExecution } from './cached-execution.ts';
import { ListService } from './list.service.ts';
import { noFilter } from './list-filter.ts';

/** A list of a service whose cache is read by `list`. */
function aList(list: () => CachedExecution[], { hasSynced = true } = {}) {
  const reflector = { store: { list }, hasSynced } as unknown as Reflector<CachedExecution>;
  const barrier = {} as unknown as ResourceVersionBarrier;
  const lists = new ListService(reflector, barrier, targetsOf(), new ResponseBudget());
  const call = { signal: new AbortController().signal, abort: () => undefined };
  return () => lists.list({ pageSize: 0, filter: noFilter }, call, executionOf);
}

describe('list', () => {
  it('builds one page per turn of the event loop', async () => {
    const list = jest.fn(() => []);
    const made: number[] = [];

    const pages = Array.from({ length: 3 }, aList(list));
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      made.push(list.mock.calls.length);
    }
    await Promise.all(pages);

    expect(made).toEqual([1, 2, 3]);
  });

  it('is refused until the executions of the cluster are listed', async () => {
    const list = aList(() => [], { hasSynced: false });

    await expect(list()).rejects.toMatchObject({ code: 'Unavailable', details: { retryAfterMs: 1_000 } });
  });
});
