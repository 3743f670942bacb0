import { describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { ApiError } from '../errors/api-error.ts';
import { aService, anExecution, read } from './watch.service.builders.ts';

/** An execution of 1 MB. */
function aLargeExecution(name: string, resourceVersion: number): WorkflowExecution {
  const execution = anExecution(name, resourceVersion);
  return { ...execution, metadata: { ...execution.metadata, annotations: { bulk: 'x'.repeat(1_000_000) } } };
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a watch of large executions', () => {
  it('waits while earlier events of its caller are unread, and delays no other caller', async () => {
    const { watch } = aService({ items: [aLargeExecution('a', 50)], maxStreams: 21 });
    await settle();
    const watches = Array.from({ length: 20 }, () => watch());
    const given: number[] = [];
    for (const [at, events] of watches.entries()) void events.next().then(() => given.push(at));
    const other = watch({}, 'bob').next();
    await turns(20);
    const unread = given.length;
    // The next one is requested when this one has been read.
    void watches[0]?.next();
    await turns(20);

    expect(unread).toBe(7);
    expect(given).toHaveLength(8);
    await expect(other).resolves.toMatchObject({ value: { type: 'updated' } });
  });

  it('ends with the error of the service while it waits for memory', async () => {
    const { watch, streams } = aService({ items: [aLargeExecution('a', 50)], maxStreams: 20 });
    await settle();
    for (let number = 0; number < 7; number++) await watch().next();
    const waiting = watch().next();
    await turns(1);
    const reason = new ApiError('Unavailable', 'the service stops');
    streams.endAll(reason);

    await expect(waiting).rejects.toBe(reason);
  });

  it('sends a bounded number of bytes per turn of the event loop', async () => {
    const { watch } = aService({ items: [aLargeExecution('a', 50)] });
    await settle();
    const watches = Array.from({ length: 5 }, () => read(watch()));
    const counts: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      await turns(1);
      counts.push(watches.filter(({ events }) => events.length > 0).length);
    }

    // The first one is sent before the first turn ends.
    expect(counts).toEqual([2, 3, 4, 5, 5]);
  });

  it('decompresses a finished execution once for consecutive watches', async () => {
    const finished = { ...anExecution('a', 50), status: { phase: 'Completed' as const } };
    const { watch } = aService({ items: [finished] });
    await settle();
    const [first, second] = [await watch().next(), await watch().next()];

    expect(first.value?.object).toEqual(finished);
    expect(second.value?.object).toBe(first.value?.object);
  });
});
