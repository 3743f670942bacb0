import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { maxDataBytes } from './audit-event.ts';
import { anEndedExecution, aRunningExecution, times } from './audit.builders.ts';
import { auditEvent } from './build-event.ts';
import type { EventKind } from './audit-event.ts';

const createdBy = 'workflowexecution.kubernaut.ai/created-by';
const cancelRequestedBy = 'workflowexecution.kubernaut.ai/cancel-requested-by';
const eventOf = (execution = aWorkflowExecution(), kind: EventKind = 'accepted') =>
  auditEvent(execution, { kind, time: times.created });

describe('an audit event', () => {
  it('is made of the resource alone', () => {
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

  it('names the workflow and its action as the catalogue does', () => {
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

  it('of an end has what is told of it beside what is told of every event', () => {
    const { event_data, ...event } = eventOf(anEndedExecution(), 'ended');
    expect(event).toMatchObject({ event_type: 'workflowexecution.workflow.completed', duration_ms: 149_000 });
    expect(event_data).toMatchObject({ phase: 'Completed', duration: '2m29s', execution_name: 'we-pod-crash' });
  });

  it.each([
    ['none', undefined],
    ['an empty map', {}],
  ])('has no parameters when the execution has %s', (_, parameters) => {
    expect(eventOf(aWorkflowExecution({ spec: { parameters } })).event_data).not.toHaveProperty('parameters');
  });

  it('has each field as wide as the database has room', () => {
    const long = 'x'.repeat(300);
    const event = eventOf(
      aWorkflowExecution({
        metadata: { name: long, namespace: long, annotations: { [createdBy]: long } },
        spec: { remediationRequestRef: { name: long } },
      }),
    );
    const lengths = [event.resource_id, event.correlation_id, event.actor_id, event.namespace].map(
      ({ length }) => length,
    );
    expect(lengths).toEqual([255, 255, 255, 253]);
    expect(event.event_data.execution_name).toBe(long);
  });
});

describe('who did it', () => {
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
      'start of what is being cancelled',
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
  ] as const)('is told of a %s', (_, execution, kind, actor) => {
    expect(eventOf(execution, kind)).toMatchObject(actor);
  });
});

describe('the parameters of an event that is too large', () => {
  const bytesOf = (value: object) => Buffer.byteLength(JSON.stringify(value));
  const dataOf = (parameters: Readonly<Record<string, string>>) =>
    eventOf(aWorkflowExecution({ spec: { parameters } })).event_data;

  it('are whole as long as the data is not larger than the service takes', () => {
    const room = maxDataBytes - bytesOf(dataOf({ A: '' }));
    expect(bytesOf(dataOf({ A: 'x'.repeat(room) }))).toBe(maxDataBytes);
    expect(dataOf({ A: 'x'.repeat(room) }).parameters).toEqual({ A: 'x'.repeat(room) });
    expect(dataOf({ A: 'x'.repeat(room + 1) }).parameters?.['A']).toMatch(/^x+…$/);
  });

  it('are cut alike, and fit whatever they are made of', () => {
    for (const character of ['x', '\u0001', '😀', '"']) {
      const parameters = { A: character.repeat(200_000), B: character.repeat(150_000), C: 'short' };
      const data = dataOf(parameters);
      expect(bytesOf(data)).toBeLessThanOrEqual(maxDataBytes);
      expect(data.parameters?.['A']).toHaveLength(data.parameters?.['B']?.length ?? NaN);
      expect(data.parameters?.['C']).toBe('short');
      expect(Object.keys(data.parameters ?? {})).toEqual(['A', 'B', 'C']);
    }
  });

  it('use the room that there is', () => {
    const data = dataOf({ A: '\u0001'.repeat(100_000) });
    expect(bytesOf(data)).toBeGreaterThan(maxDataBytes - 20);
  });

  it('keep a character each when their names alone take all the room', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`${'A'.repeat(250)}_${i}`, 'value']));
    expect(new Set(Object.values(dataOf(many).parameters ?? {}))).toEqual(new Set(['…']));
  });
});
