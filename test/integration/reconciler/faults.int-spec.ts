import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answer, delay, loseAnswer, reset, type Fault } from '../support/faults.ts';
import { Stage } from './stage.ts';
import { skippingWorkflow } from './workflows.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await new Stage().open();
});

afterEach(() => stage.close());

/** What can befall a call on its way. */
const faults: readonly (readonly [name: string, fault: () => Fault])[] = [
  ['lost before it arrives', reset],
  ['lost after it took effect', loseAnswer],
  ['delayed', () => delay(300)],
  ['answered with 409', () => answer(409)],
  ['answered with 429', () => answer(429, { headers: { 'retry-after': '1' } })],
  ['answered with 500', () => answer(500)],
];

/** Every write that an execution costs, in its order: the finalizer, the lock, the PipelineRun, statuses. */
const writes = [
  { method: 'PATCH', path: /\/workflowexecutions\/wfe$/ },
  { method: 'POST', path: '/leases' },
  { method: 'POST', path: '/pipelineruns' },
  { method: 'PATCH', path: /\/workflowexecutions\/wfe\/status$/ },
];

describe('an execution is run once and to its end when each of its writes is', () => {
  it.each(faults)('%s, twice in a row', async (_name, fault) => {
    const injections = writes.map((write) => stage.proxy.inject(write, fault(), 2));
    await stage.startReconciler();
    await stage.execute('wfe', skippingWorkflow);

    const { status } = await stage.phase('wfe', 'Completed');

    expect(status?.outcome).toBe('Success');
    const runs = await stage.pipelineRuns('wfe');
    expect(runs.map(({ metadata }) => metadata.uid)).toEqual([status?.pipelineRunRef?.uid]);
    expect(injections.map(({ hits }) => hits > 0)).toEqual([true, true, true, true]);
  });
});
