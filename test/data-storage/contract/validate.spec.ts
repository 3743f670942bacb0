import { describe, expect, it } from '@jest/globals';
import { anEvent } from '../data-storage.builders.ts';
import examples from '../examples.json' with { type: 'json' };
import { columnWidths } from './limits.ts';
import { describeFault, ownFaults, readAsService } from './validate.ts';
import { failureReasons, moments } from './vocabulary.ts';
import type { Moment } from './vocabulary.ts';

const told = (event: unknown) => ownFaults(event).map(describeFault);
const tolds = (event: unknown) => {
  const read = readAsService(structuredClone(event));
  return 'faults' in read ? read.faults.map(describeFault) : [];
};
const named = examples.map((example, index) => [`${index + 1}, ${example.event_type}`, example] as const);
const known = Object.entries<Moment>(moments);
const details = (code: string, retryPossible: boolean) => ({
  message: 'it failed',
  code,
  component: 'workflowexecution',
  retry_possible: retryPossible,
});

describe('the schemas', () => {
  it.each(named)('let example %s pass', (_name, example) => {
    expect(told(example)).toEqual([]);
    expect(readAsService(structuredClone(example))).toEqual({ event: example });
  });

  it.each(known)('let an event pass that tells of an execution that is %s', (_name, moment) => {
    const event = anEvent({}, {}, moment);

    expect(told(event)).toEqual([]);
    expect(tolds(event)).toEqual([]);
  });

  it('let all optional fields pass', () => {
    const fields = {
      parent_event_id: '8c7f0e3a-6b0f-4d8e-9a55-0c5d0b1d8a11',
      severity: 'info',
      duration_ms: 150_000,
      error_code: 'ERR_PIPELINE_FAILED',
      error_message: 'it failed',
    };
    const data = {
      workflow_name: 'restart',
      action_type: 'Restart',
      started_at: '2026-11-23T10:00:00Z',
      completed_at: '2026-11-23T12:02:30+02:00',
      duration: '1h2m30.5s',
      failure_reason: 'TaskFailed',
      failure_message: 'it failed',
      failed_task_name: 'apply',
      error_details: details('ERR_PIPELINE_FAILED', false),
      pipelinerun_name: 'we-crash-1a2b3c',
      parameters: { NAMESPACE: 'shop' },
      retry_count: 0,
    };
    const event = anEvent(fields, data, moments.failed);

    expect(told(event)).toEqual([]);
    expect(readAsService(structuredClone(event))).toEqual({ event });
  });
});

describe('the service', () => {
  it('drops unknown keys in silence, wherever they are', () => {
    const error_details = { ...details('ERR_PIPELINE_FAILED', true), task: 'apply' };
    const read = readAsService(anEvent({ caller: 'me' }, { target: 'x', error_details }, moments.failed));

    const kept = anEvent({}, { error_details: details('ERR_PIPELINE_FAILED', true) }, moments.failed);
    expect(read).toEqual({ event: kept });
  });

  it.each(Object.entries(columnWidths))('does not look how long %s is', (column, width) => {
    expect(tolds(anEvent({ [column]: 'x'.repeat(width + 1) }))).toEqual([]);
  });

  it.each(['version', 'event_type', 'event_timestamp', 'event_category', 'event_action', 'event_outcome'])(
    'wants %s',
    (field) => expect(tolds(anEvent({ [field]: undefined }))).toContain(`${field} is missing`),
  );

  it.each([
    ['version', '1.1', 'version must be equal to constant'],
    ['event_category', 'gateway', 'event_category must be equal to constant'],
    ['event_outcome', 'skipped', 'event_outcome must be equal to one of the allowed values'],
    ['event_timestamp', '2026-11-23', 'event_timestamp must match format "date-time"'],
    ['correlation_id', '', 'correlation_id must NOT have fewer than 1 characters'],
    ['correlation_id', 'x'.repeat(256), 'correlation_id must NOT have more than 255 characters'],
    ['parent_event_id', null, 'parent_event_id must be string'],
    ['duration_ms', 1.5, 'duration_ms must be integer'],
  ])('refuses %s %j', (field, value, fault) => {
    expect(tolds(anEvent({ [field]: value }))).toContain(fault);
  });

  it.each([
    'event_type',
    'workflow_id',
    'workflow_version',
    'target_resource',
    'phase',
    'container_image',
    'execution_name',
  ])('wants event_data.%s', (field) => {
    expect(tolds(anEvent({}, { [field]: undefined }))).toEqual([`event_data.${field} is missing`]);
  });

  it('wants the same type in the event and its data', () => {
    expect(tolds(anEvent({}, { event_type: moments.started.event_type }))).toEqual([
      'event_data.event_type must be equal to constant',
    ]);
  });

  it('knows a type that we never send', () => {
    const event_type = 'workflowexecution.workflow.started';
    const event = anEvent({ event_type, event_action: 'started' }, { event_type, phase: 'Running' });

    expect(tolds(event)).toEqual([]);
    expect(told(event)).toEqual(['event_action must be one of those of the event_type']);
  });
});

describe('an event of our own', () => {
  it.each([
    ['an unknown key', anEvent({ caller: 'me' }), 'caller is unknown'],
    ['an unknown key of its data', anEvent({}, { target: 'x' }), 'event_data.target is unknown'],
    ['no resource_id', anEvent({ resource_id: undefined }), 'resource_id is missing'],
    ['no namespace', anEvent({ namespace: undefined }), 'namespace is missing'],
    ['another resource_type', anEvent({ resource_type: 'Pod' }), 'resource_type must be equal to constant'],
    ['an empty name', anEvent({}, { workflow_id: '' }), 'event_data.workflow_id must NOT have fewer than 1 characters'],
    [
      'a duration that Go does not write',
      anEvent({}, { duration: '2:30' }),
      expect.stringContaining('duration must match'),
    ],
    [
      'the action of another moment',
      anEvent({ event_action: 'started' }),
      'event_action must be one of those of the event_type',
    ],
    ['the outcome of another moment', anEvent({ event_outcome: 'failure' }), 'event_outcome must be equal to constant'],
    ['the phase of another moment', anEvent({}, { phase: 'Running' }), 'event_data.phase must be equal to constant'],
    [
      'a skip for another reason',
      anEvent({}, { failure_reason: 'Unknown' }, moments.skipped),
      'event_data.failure_reason must be equal to constant',
    ],
    [
      'a skip for no reason',
      anEvent({}, { failure_reason: undefined }, moments.skipped),
      'event_data.failure_reason is missing',
    ],
  ])('is refused with %s', (_what, event, fault) => {
    expect(told(event)).toEqual([fault]);
  });

  it.each(Object.entries(columnWidths))('fits the column of %s', (column, width) => {
    const least =
      column === 'resource_type' ? 'must be equal to constant' : `must NOT have more than ${width} characters`;

    expect(told(anEvent({ [column]: '😀'.repeat(width + 1) }))).toContain(`${column} ${least}`);
    expect(told(anEvent({ [column]: '😀'.repeat(width) })).filter((fault) => fault.includes('characters'))).toEqual([]);
  });

  it.each(failureReasons)('has the code of its reason, %s', (failure_reason) => {
    const isOfConfiguration = failure_reason === 'ConfigurationError' || failure_reason === 'Forbidden';
    const code = isOfConfiguration
      ? 'ERR_WORKFLOW_NOT_FOUND'
      : failure_reason === 'ImagePullBackOff'
        ? 'ERR_IMAGE_PULL'
        : 'ERR_PIPELINE_FAILED';
    const failed = (changes: object) =>
      anEvent(
        {},
        { failure_reason, error_details: { ...details(code, !isOfConfiguration), ...changes } },
        moments.failed,
      );

    expect(told(failed({}))).toEqual([]);
    expect(told(failed({ code: 'ERR_OTHER' }))).toEqual(['event_data.error_details.code must be equal to constant']);
    expect(told(failed({ retry_possible: isOfConfiguration }))).toHaveLength(failure_reason === 'TaskFailed' ? 0 : 1);
  });
});
