import { describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '../kubernetes/errors.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import { endTraces, keepTraces } from '../tracing/spans.builders.ts';
import { workflowExecutionResource } from '../workflow-execution/resource.ts';
import type { ExecutionEvents } from './events/execution-events.ts';
import { ExecutionLog } from './events/execution-log.ts';
import type { ExecutionMetrics } from './events/execution-metrics.ts';
import { aFakeCluster } from './fake-cluster.builders.ts';
import type { PhaseSteps } from './phase-steps.ts';
import { Reconciler } from './reconciler.ts';
import { RefusedStatuses } from './executions/refused-statuses.ts';
import type { StepOutcome } from './steps/step.ts';

const { signal } = new AbortController();
const pending = {
  kind: 'observed',
  observation: { phase: 'Pending', reason: 'Forbidden', message: 'not yet' },
} as const;

/** A reconciler whose one step comes to this outcome, and what it has recorded. */
function aReconciler(outcome: StepOutcome) {
  const cluster = aFakeCluster();
  const { executions, retention, clock } = cluster;
  const counted: (string | undefined)[] = [];
  const metrics: Pick<ExecutionMetrics, 'seen' | 'written'> = {
    seen: ({ metadata }) => void counted.push(metadata.resourceVersion),
    written: (_execution, _status, writing) => writing,
  };
  const life = { steps: () => [{ run: () => Promise.resolve(outcome) }], isOver: () => false };
  const info = jest.fn();
  const reconciler = new Reconciler(
    executions,
    life as unknown as PhaseSteps,
    { tell: () => undefined } as unknown as ExecutionEvents,
    metrics as ExecutionMetrics,
    new ExecutionLog({ ...silentLogger, info }),
    clock,
    retention,
    new RefusedStatuses(clock),
  );
  return { ...cluster, reconciler, counted, info };
}

describe('a pass', () => {
  it('logs what it has written', async () => {
    const { reconciler, execution, info } = aReconciler(pending);
    await reconciler.reconcile(execution().metadata, signal);
    expect(info.mock.calls).toEqual([[expect.anything(), 'execution created']]);
  });

  it('notes in its span what phase it has brought the execution to', async () => {
    const exporter = keepTraces();
    const { reconciler, execution } = aReconciler({ ...pending, retry: new UnavailableError('no') });
    await expect(reconciler.reconcile(execution().metadata, signal)).rejects.toThrow('no');
    endTraces();
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: 'reconcile', attributes: { 'workflowexecution.phase.after': 'Pending' } },
    ]);
  });

  it('shows the metrics every version of the execution that it looks at', async () => {
    const { reconciler, execution, server, counted, stored } = aReconciler(pending);
    const seen = execution();
    await server.client().patch(workflowExecutionResource, seen.metadata, { metadata: { labels: { a: 'b' } } });
    const live = stored(seen)?.metadata.resourceVersion;
    await reconciler.reconcile(seen.metadata, signal);
    expect(counted).toEqual([seen.metadata.resourceVersion, live]);
  });
});
