import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anEndedExecution, aCondition, aRunningExecution, times } from '../../src/audit/audit.builders.ts';
import { auditEvent } from '../../src/audit/build-event.ts';
import { dueEvents } from '../../src/audit/due-events.ts';
import { ownAnnotations } from '../../src/workflow-execution/metadata.ts';
import type { WorkflowExecution } from '../../src/workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { contractFaults } from './index.ts';

const eventsOf = (execution: WorkflowExecution) => dueEvents(execution).map((due) => auditEvent(execution, due));
const lastOf = (execution: WorkflowExecution) => {
  const last = eventsOf(execution).at(-1);
  if (last === undefined) throw new Error('every execution has an event');
  return last;
};

const conditions = [aCondition({ status: 'False', lastTransitionTime: times.ended })];
const aFailure = (reason: Failure['reason'], over: Partial<Failure> = {}) =>
  anEndedExecution({
    status: {
      phase: 'Failed',
      outcome: 'Failed',
      failure: { reason, message: 'exit code 1', wasExecutionFailure: true, ...over },
    },
  });
type Failure = NonNullable<NonNullable<WorkflowExecution['status']>['failure']>;

describe('an event of an execution', () => {
  it('says what was completed, and how long it took', () => {
    const execution = anEndedExecution({ spec: { parameters: { NAMESPACE: 'payment', API_TOKEN: 'hunter2' } } });

    expect(lastOf(execution)).toMatchObject({
      version: '1.0',
      event_type: 'workflowexecution.workflow.completed',
      event_timestamp: times.ended,
      event_category: 'workflowexecution',
      event_action: 'completed',
      event_outcome: 'success',
      actor_type: 'service',
      actor_id: 'workflowexecution-controller',
      resource_type: 'WorkflowExecution',
      resource_id: 'we-pod-crash',
      correlation_id: 'rr-pod-crash-f8a3b9c2',
      namespace: 'payment',
      duration_ms: 149_000,
      event_data: {
        event_type: 'workflowexecution.workflow.completed',
        workflow_id: 'oomkill-increase-memory',
        workflow_version: '1.0.0',
        target_resource: 'payment/deployment/payment-api',
        phase: 'Completed',
        container_image: 'quay.io/kubernaut/oomkill:v1.0.0',
        execution_name: 'we-pod-crash',
        started_at: times.started,
        completed_at: '2026-01-02T03:06:36Z',
        duration: '2m29s',
        pipelinerun_name: 'we-pod-crash-cf0cc089293b',
        parameters: { NAMESPACE: 'payment', API_TOKEN: '********' },
      },
    });
  });

  it('says why it failed, with a reason of data storage; ours is in the message', () => {
    const event = lastOf(
      aFailure('BundleResolutionFailed', { failedTask: { name: 'patch' }, wasExecutionFailure: false }),
    );

    expect(event).toMatchObject({
      event_action: 'failed',
      severity: 'error',
      error_code: 'ERR_WORKFLOW_NOT_FOUND',
      error_message: 'BundleResolutionFailed: exit code 1',
      event_data: {
        phase: 'Failed',
        failure_reason: 'ConfigurationError',
        failed_task_name: 'patch',
        error_details: { retry_possible: false, component: 'workflowexecution' },
      },
    });
  });

  it('records a skip as a failure in which nothing ran', () => {
    const execution = aWorkflowExecution({
      status: {
        phase: 'Skipped',
        outcome: 'Skipped',
        completionTime: times.ended,
        conditions,
        skip: { reason: 'ResourceBusy', message: 'held by payment/other', skippedAt: times.ended },
      },
    });

    expect(lastOf(execution)).toMatchObject({
      event_type: 'workflowexecution.workflow.failed',
      event_action: 'skipped',
      error_message: 'ResourceBusy: held by payment/other',
      event_data: { phase: 'Failed', failure_reason: 'Deduplicated', completed_at: times.ended },
    });
  });

  it('has the digest of a pinned bundle', () => {
    const containerDigest = `sha256:${'a'.repeat(64)}`;
    const execution = aWorkflowExecution();
    const pinned = { ...execution.spec.workflowRef, containerDigest };

    expect(lastOf(aWorkflowExecution({ spec: { workflowRef: pinned } })).event_data.container_image).toBe(
      `quay.io/kubernaut/oomkill:v1.0.0@${containerDigest}`,
    );
  });

  it('names the authenticated callers that created and cancelled the execution', () => {
    const annotations = { [ownAnnotations.createdBy]: 'alice', [ownAnnotations.cancelRequestedBy]: 'bob' };
    const actors = (execution: WorkflowExecution) =>
      eventsOf({ ...execution, metadata: { ...execution.metadata, annotations } }).map(({ actor_id }) => actor_id);

    expect(actors(aFailure('Cancelled'))).toEqual(['alice', 'workflowexecution-controller', 'bob']);
    expect(actors(aFailure('TaskFailed'))).toEqual([
      'alice',
      'workflowexecution-controller',
      'workflowexecution-controller',
    ]);
  });

  it('meets the contract for any execution', () => {
    const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
    const parameters = fc.dictionary(
      fc.stringMatching(/^[A-Z][A-Z0-9_]{0,30}$/),
      fc.oneof(
        text(40),
        fc.integer({ min: 1, max: 1_000 }).map((length) => '\u0001'.repeat(length)),
      ),
      // As in the CRD, all parameters together have at most 10 KiB.
      { maxKeys: 8 },
    );
    const reason = fc.constantFrom<Failure['reason']>('OOMKilled', 'TaskFailed', 'Cancelled', 'Forbidden', 'Unknown');
    const execution = fc
      .record({
        base: fc.constantFrom(aWorkflowExecution(), aRunningExecution(), anEndedExecution(), aFailure('Unknown')),
        name: text(253),
        correlation: text(253),
        message: text(8_000),
        user: text(1_024),
        reason,
        parameters,
        deleted: fc.boolean(),
      })
      .map(({ base, name, correlation, message, user, reason, parameters, deleted }) => ({
        ...base,
        metadata: {
          ...base.metadata,
          name,
          annotations: { [ownAnnotations.createdBy]: user, [ownAnnotations.cancelRequestedBy]: user },
          ...(deleted && { deletionTimestamp: times.ended }),
        },
        spec: { ...base.spec, remediationRequestRef: { name: correlation }, parameters },
        status: base.status?.failure
          ? { ...base.status, failure: { ...base.status.failure, reason, message } }
          : (base.status ?? {}),
      }));
    fc.assert(
      fc.property(execution, (each) => {
        for (const event of eventsOf(each)) {
          expect(contractFaults(JSON.parse(JSON.stringify(event)))).toEqual([]);
          expect(Buffer.byteLength(JSON.stringify(event.event_data))).toBeLessThanOrEqual(256 * 1024);
        }
      }),
    );
  });
});
