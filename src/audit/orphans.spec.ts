import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { anEndedExecution } from './audit.builders.ts';
import { Orphans } from './orphans.ts';

const execution = anEndedExecution();
const { uid } = execution.metadata;

function setUp() {
  const clock = new FakeClock();
  const abandon = jest.fn<(execution: WorkflowExecution) => void>();
  return { clock, abandon, orphans: new Orphans(clock, 1_000, abandon) };
}

describe('an execution that is gone while its events are on their way', () => {
  it('is kept until they are recorded', async () => {
    const { clock, abandon, orphans } = setUp();
    orphans.add(execution);
    expect(orphans.get(uid)).toBe(execution);

    orphans.remove(uid);
    await clock.advance(2_000);

    expect([orphans.get(uid), abandon.mock.calls]).toEqual([undefined, []]);
  });

  it('is given up after some time', async () => {
    const { clock, abandon, orphans } = setUp();
    orphans.add(execution);

    await clock.advance(1_000);

    expect([orphans.get(uid), abandon.mock.calls]).toEqual([undefined, [[execution]]]);
  });

  it('is given up when everything ends', () => {
    const { abandon, orphans } = setUp();
    orphans.add(execution);

    orphans.end();

    expect([orphans.get(uid), abandon.mock.calls]).toEqual([undefined, [[execution]]]);
  });

  it('is given up once, and each of several', async () => {
    const { clock, abandon, orphans } = setUp();
    const other = anEndedExecution({ metadata: { uid: 'another' } });
    orphans.add(execution);
    orphans.add(other);

    await clock.advance(1_000);
    orphans.end();
    orphans.remove(uid);

    expect(abandon.mock.calls).toEqual([[execution], [other]]);
    expect(clock.pending).toBe(0);
  });

  it('is not given up while there is time', async () => {
    const { clock, abandon, orphans } = setUp();
    orphans.add(execution);
    await clock.advance(999);
    expect([orphans.get(uid), abandon.mock.calls]).toEqual([execution, []]);
  });

  it('leaves no timer behind when everything ends', () => {
    const { clock, orphans } = setUp();
    orphans.add(execution);
    orphans.end();
    expect(clock.pending).toBe(0);
  });
});
