import { describe, expect, it } from '@jest/globals';
import { InvalidError, UnavailableError } from '../../kubernetes/errors.ts';
import type { FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { silentLogger } from '../../kubernetes/logger.ts';
import { tracedReconcile } from '../../tracing/reconcile-span.ts';
import { endTraces, keepTraces } from '../../tracing/spans.builders.ts';
import type { WorkflowExecutionStatus } from '../../workflow-execution/generated/workflow-execution.ts';
import type { Observation } from '../../workflow-execution/observation.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import type { ExecutionEvents } from './execution-events.ts';
import type { ExecutionMetrics } from './execution-metrics.ts';
import { StatusWriter } from './status-writer.ts';
import type { Transition } from './transitions.ts';

const { signal } = new AbortController();
const name = { execution: 'payment/we-pod-crash', uid: '5e0b7a5c-0f0b-4a3e-9f4f-1f2d3c4b5a69' };
const completed: WorkflowExecutionStatus = { phase: 'Completed', outcome: 'Success' };
const running = { status: { phase: 'Running' } } as const;

/** A writer on a cluster, and its reports to each consumer. */
function aWriter(network: FakeNetwork = {}) {
  const cluster = aFakeCluster(network);
  const [counted, events, lines] = [[] as string[], [] as string[], [] as [object, string][]];
  const metrics = { record: ({ kind }: Transition) => void counted.push(kind) };
  const recorder = { record: ({ kind }: Transition) => void events.push(kind) };
  const log = { ...silentLogger, info: (...line: [object, string]) => void lines.push(line) };
  const writer = new StatusWriter(
    cluster.executions,
    cluster.refusedStatuses,
    recorder as unknown as ExecutionEvents,
    metrics as unknown as ExecutionMetrics,
    log,
  );
  return { ...cluster, writer, counted, events, lines };
}

describe('writing a status', () => {
  it('reports each transition to metrics, Events and log', async () => {
    const { writer, execution, counted, events, lines } = aWriter();
    await writer.write(execution(), { phase: 'Skipped', outcome: 'Skipped' }, signal);
    expect([counted, events]).toEqual([
      ['created', 'ended'],
      ['created', 'ended'],
    ]);
    expect(lines).toEqual([
      [expect.objectContaining({ ...name, workflow: 'oomkill-increase-memory' }), 'execution created'],
      [expect.objectContaining({ ...name, outcome: 'Skipped' }), 'execution ended'],
    ]);
  });

  it('reports a failed attempt that changes nothing', async () => {
    const { writer, execution, events } = aWriter();
    const one = execution({ status: { phase: 'Pending' } });
    const refused: Observation = { phase: 'Pending', reason: 'Forbidden', message: 'not yet' };
    await expect(writer.write(one, { phase: 'Pending' }, signal, refused)).resolves.toBe(one);
    expect(events).toEqual(['start-failed']);
  });

  it('reports nothing when the execution has changed: its writer reports', async () => {
    const { writer, execution, counted } = aWriter();
    const one = execution(running);
    const outdated = { ...one, metadata: { ...one.metadata, resourceVersion: '1' } };
    await expect(writer.write(outdated, completed, signal)).resolves.toBe('outdated');
    writer.reportUnanswered({ ...one, status: completed });
    expect(counted).toEqual([]);
  });

  it('remembers that the API server has refused the status, and whether it ended a run', async () => {
    const refuse = () => Promise.reject(new InvalidError('too large'));
    const { writer, execution, refusedStatuses } = aWriter({ before: refuse });
    const one = execution(running);
    await expect(writer.write(one, running.status, signal)).resolves.toBe(one);
    await expect(writer.write(one, { ...running.status, message: 'a' }, signal)).rejects.toThrow('too large');
    expect(refusedStatuses.refusalOf(one)).toMatchObject({ reason: 'StatusRefused' });
    expect(refusedStatuses.unrecordedEndOf(one)).toBeUndefined();
    await expect(writer.write(one, completed, signal)).rejects.toThrow('too large');
    expect(refusedStatuses.unrecordedEndOf(one)).toBeDefined();
  });

  it('sets the phase in the span of the reconcile', async () => {
    const exporter = keepTraces();
    const { writer, execution } = aWriter();
    const one = execution();
    const reconcile = async () => {
      await writer.write(one, { phase: 'Pending' }, signal);
      throw new UnavailableError('no');
    };
    await expect(tracedReconcile(one, reconcile)).rejects.toThrow('no');
    endTraces();
    expect(exporter.getFinishedSpans()).toMatchObject([
      { name: 'reconcile', attributes: { 'workflowexecution.phase.after': 'Pending' } },
    ]);
  });
});

describe('a write whose answer was lost', () => {
  const lost = new UnavailableError('reset');

  it('is reported once, as soon as its effect is seen', async () => {
    const { writer, execution, executions, counted } = aWriter({ after: () => Promise.reject(lost) });
    const one = execution(running);
    await expect(writer.write(one, completed, signal)).rejects.toThrow('reset');
    writer.reportUnanswered(one);
    expect(counted).toEqual([]);
    const ended = { ...one, metadata: { ...one.metadata, resourceVersion: '99' }, status: completed };
    writer.reportUnanswered(ended);
    writer.reportUnanswered(ended);
    expect(counted).toEqual(['ended']);
    expect(executions.cached(one.metadata)).toBeDefined();
  });

  it.each([
    ['may have taken effect', lost, ['patch', 'patch']],
    ['was refused', new InvalidError('bad'), ['patch']],
  ])('is repeated only if it %s', async (_, error, requests) => {
    const { writer, execution, server } = aWriter({ after: () => Promise.reject(error) });
    const one = execution(running);
    await expect(writer.write(one, completed, signal)).rejects.toThrow(error);
    await writer.repeatUnanswered(one, signal).catch(() => undefined);
    await writer.repeatUnanswered({ ...one, metadata: { ...one.metadata, resourceVersion: '99' } }, signal);
    expect(server.verbs).toEqual(requests);
  });

  it('is reported once if it had no effect and is made again', async () => {
    let failures = 1;
    const before = () => {
      if (failures-- > 0) throw lost;
    };
    const { writer, execution, counted } = aWriter({ before });
    const one = execution(running);
    await expect(writer.write(one, completed, signal)).rejects.toBe(lost);
    writer.reportUnanswered(one);
    await writer.write(one, completed, signal);
    writer.reportUnanswered({ ...one, status: completed });
    expect(counted).toEqual(['ended']);
  });

  it('is not reported by a process that did not send it, as after a restart', () => {
    const { writer, counted } = aWriter();
    writer.reportUnanswered(aWorkflowExecution({ status: completed }));
    expect(counted).toEqual([]);
  });
});

describe('the removal of our finalizer', () => {
  it.each([
    [undefined, 'Pending'],
    [{ phase: 'Running' }, 'Running'],
  ] as const)('is logged for an execution with the status %j', (status, phase) => {
    const { writer, lines } = aWriter();
    writer.reportDeleted(aWorkflowExecution({ status }));
    expect(lines).toEqual([[{ ...name, phase }, 'execution deleted']]);
  });
});
