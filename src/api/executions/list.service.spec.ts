import { describe, expect, it, jest } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import type { ResourceVersionBarrier } from './resource-version-barrier.ts';
import { executionOf, type CachedExecution } from './cached-execution.ts';
import { ListService } from './list.service.ts';
import { noFilter } from './list-filter.ts';

describe('list', () => {
  it('builds one page per turn of the event loop', async () => {
    const list = jest.fn(() => []);
    const reflector = { store: { list }, hasSynced: true } as unknown as Reflector<CachedExecution>;
    const lists = new ListService(
      reflector,
      {} as unknown as ResourceVersionBarrier,
      targetsOf(),
      new ResponseBudget(),
    );
    const call = { signal: new AbortController().signal, abort: () => undefined };
    const made: number[] = [];

    const pages = Array.from({ length: 3 }, () => lists.list({ pageSize: 0, filter: noFilter }, call, executionOf));
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      made.push(list.mock.calls.length);
    }
    await Promise.all(pages);

    expect(made).toEqual([1, 2, 3]);
  });
});
