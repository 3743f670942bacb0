import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution, largestParameters } from '../workflow-execution/workflow-execution.builders.ts';
import { anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { auditEvent } from './build-event.ts';
import type { EventKind } from './audit-event.ts';

const createdBy = 'workflowexecution.kubernaut.ai/created-by';
const cancelRequestedBy = 'workflowexecution.kubernaut.ai/cancel-requested-by';
const eventOf = (execution = aWorkflowExecution(), kind: EventKind = 'accepted') =>
  auditEvent(execution, { kind, time: times.created });

describe('an audit event', () => {
  it('is built from the resource alone', () => {
    const containerDigest = `sha256:${'0'.repeat(64)}`;
    const { workflowRef } = aWorkflowExecution().spec;
    const execution = aWorkflowExecution({
      spec: { workflowRef: { ...workflowRef, containerDigest }, parameters: { SIZE: '5', TOKEN: 'hunter2' } },
    });
    expect(eventOf(execution)).toEqual({
      version: '1.0',
      event_type: 'workflowexecution.selection.completed',
      event_timestamp: times.created,
      event_category: 'workflowexecution',
      event_action: 'completed',
      event_outcome: 'success',
      actor_type: 'service',
      actor_id: 'workflowexecution-controller',
      resource_type: 'WorkflowExecution',
      resource_id: 'we-pod-crash',
      correlation_id: 'rr-pod-crash-f8a3b9c2',
      namespace: 'payment',
      event_data: {
        event_type: 'workflowexecution.selection.completed',
        workflow_id: 'oomkill-increase-memory',
        workflow_version: '1.0.0',
        target_resource: 'payment/deployment/payment-api',
        phase: 'Pending',
        container_image: `quay.io/kubernaut/oomkill:v1.0.0@${containerDigest}`,
        execution_name: 'we-pod-crash',
        parameters: { SIZE: '5', TOKEN: '********' },
      },
    });
  });

  it('has the name and the action type of the workflow', () => {
    const { workflowRef } = aWorkflowExecution().spec;
    const named = { ...workflowRef, workflowName: 'Increase memory', actionType: 'IncreaseMemoryLimits' };
    expect(eventOf(aWorkflowExecution({ spec: { workflowRef: named } })).event_data).toMatchObject({
      workflow_id: 'oomkill-increase-memory',
      workflow_name: 'Increase memory',
      action_type: 'IncreaseMemoryLimits',
    });
  });

  it.each([
    ['accepted', 'quay.io/kubernaut/oomkill:v1.0.0'],
    ['started', 'quay.io/kubernaut/oomkill:v1.0.0'],
    ['ended', `quay.io/kubernaut/oomkill:v1.0.0@sha256:${'1'.repeat(64)}`],
  ] as const)('has the digest of the bundle that ran once the execution has ended: %s', (kind, bundle) => {
    const execution = anEndedExecution({ status: { bundleDigest: `sha256:${'1'.repeat(64)}` } });
    expect(eventOf(execution, kind).event_data.container_image).toBe(bundle);
  });

  it('has the payload of its kind and the common fields', () => {
    const { event_data, ...event } = eventOf(anEndedExecution(), 'ended');
    expect(event).toMatchObject({ event_type: 'workflowexecution.workflow.completed', duration_ms: 149_000 });
    expect(event_data).toMatchObject({ phase: 'Completed', duration: '2m29s', execution_name: 'we-pod-crash' });
  });

  it.each([
    ['accepted', { SIZE: '5', override_cooldown_reason: 'approved by the incident lead' }],
    ['started', { SIZE: '5' }],
    ['ended', { SIZE: '5', 'result.node': 'w1' }],
  ] as const)(
    'has the reason of an override when it is accepted, and the results when it has ended: %s',
    (kind, parameters) => {
      const spec = { parameters: { SIZE: '5' }, overrideCooldownReason: 'approved by the incident lead' };
      const execution = anEndedExecution({ spec, status: { results: [{ name: 'node', value: 'w1' }] } });
      expect(eventOf(execution, kind).event_data.parameters).toEqual(parameters);
    },
  );

  it.each([
    ['none', undefined],
    ['an empty map', {}],
  ])('has no parameters when the execution has %s', (_, parameters) => {
    expect(eventOf(aWorkflowExecution({ spec: { parameters } })).event_data).not.toHaveProperty('parameters');
  });

  it('truncates the name of its caller to the width of the column', () => {
    const event = eventOf(aWorkflowExecution({ metadata: { annotations: { [createdBy]: 'x'.repeat(300) } } }));
    expect(event.actor_id).toBe(`${'x'.repeat(254)}…`);
  });
});

describe('the actor of an event', () => {
  const annotations = { [createdBy]: 'alice', [cancelRequestedBy]: 'bob' };
  const cancelled = { reason: 'Cancelled', message: '', wasExecutionFailure: true } as const;
  const failed = { reason: 'TaskFailed', message: '', wasExecutionFailure: true } as const;
  const service = { actor_type: 'service', actor_id: 'workflowexecution-controller' };
  const user = (actor_id: string) => ({ actor_type: 'user', actor_id });

  it.each([
    ['creation', aWorkflowExecution({ metadata: { annotations } }), 'accepted', user('alice')],
    ['creation without a caller', aWorkflowExecution({ metadata: { annotations: {} } }), 'accepted', service],
    ['creation without annotations', aWorkflowExecution(), 'accepted', service],
    [
      'creation by a caller without a name',
      aWorkflowExecution({ metadata: { annotations: { [createdBy]: '' } } }),
      'accepted',
      service,
    ],
    ['start', aRunningExecution({ metadata: { annotations } }), 'started', service],
    ['deletion before anything happened', aWorkflowExecution({ metadata: { annotations } }), 'ended', service],
    [
      'start of what is being canceled',
      aRunningExecution({ metadata: { annotations }, status: { failure: cancelled } }),
      'started',
      service,
    ],
    ['success', anEndedExecution({ metadata: { annotations } }), 'ended', service],
    [
      'failure',
      anEndedExecution({ metadata: { annotations }, status: { phase: 'Failed', failure: failed } }),
      'ended',
      service,
    ],
    [
      'cancellation',
      anEndedExecution({ metadata: { annotations }, status: { phase: 'Failed', failure: cancelled } }),
      'ended',
      user('bob'),
    ],
    ['cancellation by hand', anEndedExecution({ status: { phase: 'Failed', failure: cancelled } }), 'ended', service],
  ] as const)('of a %s', (_, execution, kind, actor) => {
    expect(eventOf(execution, kind)).toMatchObject(actor);
  });
});

it('has less than the 256 KiB of data that data storage accepts, with the largest values that the CRD admits', () => {
  const failure = { reason: 'TaskFailed', message: '\u0001'.repeat(10_000), wasExecutionFailure: true } as const;
  const parameters = largestParameters('\u0001');
  const { event_data } = eventOf(
    anEndedExecution({ spec: { parameters }, status: { phase: 'Failed', failure } }),
    'ended',
  );

  expect(event_data.parameters).toEqual(parameters);
  expect(Buffer.byteLength(JSON.stringify(event_data))).toBeLessThan(128 * 1024);
});
