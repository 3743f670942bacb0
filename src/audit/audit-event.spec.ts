import { describe, expect, it } from '@jest/globals';
import { isSameEvent, maxAgeMs, maxLengths } from './audit-event.ts';

const event = {
  event_type: 'workflowexecution.workflow.completed',
  event_action: 'completed',
  resource_id: 'we-pod-crash',
  namespace: 'payment',
  event_timestamp: '2026-01-02T03:04:05Z',
};

describe('a stored row', () => {
  it.each(['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z', '2026-01-02T04:04:05+01:00'])(
    'is the event however the database formats its time: %s',
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

it('the limits are those of the data storage service', () => {
  expect(maxLengths).toEqual({ actor_id: 255, message: 4_096 });
  expect(maxAgeMs).toBe(604_800_000);
});
