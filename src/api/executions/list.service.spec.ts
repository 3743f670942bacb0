import { describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ResponseBudget } from '../call/byte-budget.ts';
import type { ResourceVersionBarrier } from './resource-version-barrier.ts';
import { cachedExecution, executionOf, type CachedExecution } from './cached-execution.ts';
import { ListService } from './list.service.ts';
import { noFilter } from './list-filter.ts';
import { PacedReads, scannedPerTurn } from './paced-reads.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';

/** A list of a service with this cache. */
function aList(values: () => Iterable<CachedExecution>, { hasSynced = true } = {}) {
  const reflector = { store: { values }, hasSynced } as unknown as Reflector<CachedExecution>;
  const barrier = {} as unknown as ResourceVersionBarrier;
  const lists = new ListService(reflector, barrier, targetsOf(), new ResponseBudget(), new PacedReads());
  const call = { signal: new AbortController().signal, abort: () => undefined };
  return () => lists.list({ pageSize: 0, filter: noFilter }, call, executionOf);
}

describe('list', () => {
  it('scans the cache for one page per turn of the event loop', async () => {
    const execution = cachedExecution(aWorkflowExecution());
    let scanned = 0;
    const list = aList(function* () {
      yield execution;
      scanned += 1;
    });
    const made: number[] = [];

    const pages = Array.from({ length: 3 }, list);
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      made.push(scanned);
    }

    expect(made).toEqual([1, 2, 3]);
    expect(await Promise.all(pages)).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ total: 1 })));
  });

  it('scans a large cache in several turns', async () => {
    const execution = cachedExecution(aWorkflowExecution());
    let scanned = 0;
    const list = aList(function* () {
      for (; scanned < 2 * scannedPerTurn; scanned++) yield execution;
    });

    const page = list();
    await settle();

    expect(scanned).toBe(scannedPerTurn);
    expect(await page).toMatchObject({ total: 2 * scannedPerTurn });
  });

  it('is refused until the executions of the cluster are listed', async () => {
    const list = aList(() => [], { hasSynced: false });

    await expect(list()).rejects.toMatchObject({ code: 'Unavailable', details: { retryAfterMs: 1_000 } });
  });
});
