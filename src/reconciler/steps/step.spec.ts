import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import type { StepContext } from './step-context.ts';
import { parallel, type Step, type StepOutcome } from './step.ts';

const { signal } = new AbortController();
const given = aWorkflowExecution();
const changed = aWorkflowExecution({ metadata: { resourceVersion: '1002' } });
const observation: Observation = { phase: 'Pending', reason: 'LockUnavailable', message: 'later' };
const went = { kind: 'next', execution: changed } as const;
const decided = { kind: 'next', execution: given } as const;
const observed = { kind: 'observed', observation } as const;
const outdated = { kind: 'outdated' } as const;
const settled = { kind: 'settled', reason: 'Waiting' } as const;

const context = {} as StepContext;
const to =
  (outcome: StepOutcome): Step =>
  () =>
    outcome;
const failing =
  (error: Error): Step =>
  () =>
    Promise.reject(error);

describe('two parallel steps', () => {
  it.each<[what: string, change: StepOutcome, decision: StepOutcome, outcome: StepOutcome]>([
    ['continue with the execution of the first', went, decided, went],
    ['end with the decision of the second on the execution of the first', went, observed, { ...observed, on: changed }],
    ['end when the second has settled it', went, settled, settled],
    ['are outdated when the execution has changed, regardless of the decision', outdated, observed, outdated],
    ['are outdated when it has changed, although the second would continue', outdated, decided, outdated],
  ])('%s', async (_, change, decision, outcome) => {
    await expect(parallel(to(change), to(decision))(given, context, signal)).resolves.toEqual(outcome);
  });

  const error = new UnavailableError('no');
  it.each<[which: string, change: Step, decision: Step]>([
    ['first', failing(error), to(decided)],
    ['second', to(went), failing(error)],
  ])('fail when the %s does', async (_, change, decision) => {
    await expect(parallel(change, decision)(given, context, signal)).rejects.toBe(error);
  });

  it('start with the same execution and end when both have', async () => {
    const [first, second] = [Promise.withResolvers<StepOutcome>(), Promise.withResolvers<StepOutcome>()];
    const begun: unknown[] = [];
    const waiting =
      ({ promise }: typeof first): Step =>
      (execution) => {
        begun.push(execution);
        return promise;
      };
    let isOver = false;
    const step = parallel(waiting(first), waiting(second));
    const run = Promise.resolve(step(given, context, signal)).finally(() => (isOver = true));

    first.reject(new UnavailableError('no'));
    await new Promise(setImmediate);
    expect({ begun, isOver }).toEqual({ begun: [given, given], isOver: false });

    second.resolve(decided);
    await expect(run).rejects.toThrow('no');
  });
});
