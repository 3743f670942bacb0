import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution } from './audit.builders.ts';
import type { EventKind } from './audit-event.ts';
import type { Final, FinalState } from './outbox.ts';
import { isSettled, queued, refused, verdict } from './standing.ts';

const finals = (...states: readonly FinalState[]) => {
  const kinds: readonly EventKind[] = ['accepted', 'started', 'ended'];
  return new Map<EventKind, Final>(
    states.map((state, i) => [kinds[i] ?? 'ended', { state, detail: state === 'refused' ? 'HTTP 400, bad' : '' }]),
  );
};

describe('the condition AuditRecorded', () => {
  it('says that all events are there, and where', () => {
    expect(verdict(finals('recorded', 'recorded', 'recorded'), 'Logged')).toEqual({
      type: 'AuditRecorded',
      status: 'True',
      reason: 'Logged',
      message: 'All 3 audit events are in the log: no data storage is configured',
    });
    const { message } = verdict(finals('recorded', 'recorded', 'recorded'), 'Recorded');
    expect(message).toBe('All 3 audit events are in the audit trail');
  });

  it('names each event that is not there, and why', () => {
    expect(verdict(finals('recorded', 'refused', 'tooOld'), 'Recorded')).toEqual({
      type: 'AuditRecorded',
      status: 'False',
      reason: 'EventRefused',
      message:
        'The event "started" was refused (HTTP 400, bad). The event "ended" has become too old to be taken. ' +
        'It is in the log of this service, whole.',
    });
  });

  it.each([
    [verdict(finals('recorded'), 'Recorded'), true],
    [verdict(finals('recorded'), 'Logged'), true],
    [verdict(finals('refused'), 'Recorded'), true],
    [verdict(finals('notConfirmed'), 'Recorded'), true],
    [verdict(finals('tooOld'), 'Recorded'), true],
    [verdict(finals('abandoned'), 'Recorded'), true],
    [queued(), false],
    [refused('HTTP 403'), false],
  ])('is the last word when it is: $reason', (update, isLast) => {
    const execution = anEndedExecution({ status: { conditions: [aCondition({ ...update })] } });
    expect(isSettled(execution)).toBe(isLast);
  });

  it('is not there before its time', () => {
    expect(isSettled(anEndedExecution())).toBe(false);
    expect(isSettled(aWorkflowExecution())).toBe(false);
    expect(isSettled(aWorkflowExecution({ status: { phase: 'Pending' } }))).toBe(false);
  });

  it('is not mistaken for another one with the same reason', () => {
    const conditions = [aCondition({ type: 'Ready', reason: 'Recorded' })];
    expect(isSettled(anEndedExecution({ status: { conditions } }))).toBe(false);
  });

  it.each([
    ['refused', 'EventRefused', 'The event "accepted" was refused (HTTP 400, bad).'],
    ['notConfirmed', 'NotConfirmed', 'The event "accepted" was queued '],
    ['tooOld', 'TooOld', 'The event "accepted" has become too old '],
    ['abandoned', 'Abandoned', 'The event "accepted" was not recorded before '],
  ] as const)('says of an event that is %s: %s', (state, reason, message) => {
    const update = verdict(finals(state), 'Recorded');
    expect(update).toMatchObject({ type: 'AuditRecorded', status: 'False', reason });
    expect(update.message.startsWith(message)).toBe(true);
  });

  it('says while events are queued that nothing is known yet', () => {
    expect(queued()).toEqual({
      type: 'AuditRecorded',
      status: 'Unknown',
      reason: 'Queued',
      message: expect.stringMatching(/queued/),
    });
  });

  it('says what the service is refused with', () => {
    expect(refused('HTTP 403')).toEqual({
      type: 'AuditRecorded',
      status: 'False',
      reason: 'Refused',
      message: expect.stringMatching(/: HTTP 403$/),
    });
  });
});
