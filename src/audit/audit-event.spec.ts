import { describe, expect, it } from '@jest/globals';
import { eventKinds, isSameEvent, maxDataBytes, oldestMs, widths } from './audit-event.ts';

const event = {
  event_type: 'workflowexecution.workflow.completed',
  event_action: 'completed',
  resource_id: 'we-pod-crash',
  namespace: 'payment',
  event_timestamp: '2026-01-02T03:04:05Z',
};

describe('a row of the audit trail', () => {
  it.each(['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z', '2026-01-02T04:04:05+01:00'])(
    'is the event whichever way the database writes its time: %s',
    (event_timestamp) => {
      expect(isSameEvent(event, { ...event, event_timestamp })).toBe(true);
    },
  );

  it.each([
    ['event_type', 'workflowexecution.workflow.failed'],
    ['event_action', 'skipped'],
    ['resource_id', 'another'],
    ['namespace', 'checkout'],
    ['event_timestamp', '2026-01-02T03:04:06Z'],
    ['event_timestamp', 'some time'],
  ])('is another event when %s is %s', (field, value) => {
    expect(isSameEvent(event, { ...event, [field]: value })).toBe(false);
  });
});

it('the bounds are those of the data storage service', () => {
  expect(widths).toEqual({
    actor_id: 255,
    resource_id: 255,
    correlation_id: 255,
    namespace: 253,
    error_code: 50,
    message: 4_096,
  });
  expect(maxDataBytes).toBe(256_000);
  expect(oldestMs).toBe(604_800_000);
  expect(eventKinds).toEqual(['accepted', 'started', 'ended']);
});
