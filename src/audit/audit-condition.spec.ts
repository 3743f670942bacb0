import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { aCondition, anEndedExecution } from './audit.builders.ts';
import type { EventKind } from './audit-event.ts';
import { finalCondition, interimCondition, isAuditFinal } from './audit-condition.ts';
import { pending, recorded, unverified, type Final } from './event-state.ts';

const timeouts = { settleMs: 1, confirmMs: 1 };
const accepted = unverified('accepted', 0, timeouts);

const finals = (...states: readonly Final['state'][]) => {
  const kinds: readonly EventKind[] = ['accepted', 'started', 'ended'];
  return new Map<EventKind, Final>(
    states.map((state, i) => [kinds[i] ?? 'ended', { state, detail: state === 'refused' ? 'HTTP 400, bad' : '' }]),
  );
};

describe('the condition AuditRecorded', () => {
  it('says that all events are recorded, and where', () => {
    expect(finalCondition(finals('recorded', 'recorded', 'recorded'), 'Logged')).toEqual({
      type: 'AuditRecorded',
      status: 'True',
      reason: 'Logged',
      message: 'All 3 audit events are in the log: no data storage is configured',
    });
    const { message } = finalCondition(finals('recorded', 'recorded', 'recorded'), 'Recorded');
    expect(message).toBe('All 3 audit events are in the audit trail');
  });

  it('names each event that is not recorded, and why', () => {
    expect(finalCondition(finals('recorded', 'refused', 'tooOld'), 'Recorded')).toEqual({
      type: 'AuditRecorded',
      status: 'False',
      reason: 'EventRefused',
      message:
        'The event "started" was refused (HTTP 400, bad). The event "ended" is too old to be accepted. ' +
        'The log of this service has it in full.',
    });
  });

  it.each([
    [finalCondition(finals('recorded'), 'Recorded'), true],
    [finalCondition(finals('recorded'), 'Logged'), true],
    [finalCondition(finals('refused'), 'Recorded'), true],
    [finalCondition(finals('notConfirmed'), 'Recorded'), true],
    [finalCondition(finals('tooOld'), 'Recorded'), true],
    [finalCondition(finals('abandoned'), 'Recorded'), true],
    [interimCondition([accepted], undefined)!, false],
    [interimCondition([pending], 'HTTP 403')!, false],
  ])('with the reason $reason', (update, final) => {
    const execution = anEndedExecution({ status: { conditions: [aCondition({ ...update })] } });
    expect(isAuditFinal(execution)).toBe(final);
  });

  it('is not final before it exists', () => {
    expect(isAuditFinal(anEndedExecution())).toBe(false);
    expect(isAuditFinal(aWorkflowExecution())).toBe(false);
    expect(isAuditFinal(aWorkflowExecution({ status: { phase: 'Pending' } }))).toBe(false);
  });

  it('is not confused with another one of the same reason', () => {
    const conditions = [aCondition({ type: 'Ready', reason: 'Recorded' })];
    expect(isAuditFinal(anEndedExecution({ status: { conditions } }))).toBe(false);
  });

  it.each([
    ['refused', 'EventRefused', 'The event "accepted" was refused (HTTP 400, bad).'],
    ['notConfirmed', 'NotConfirmed', 'The event "accepted" was queued '],
    ['tooOld', 'TooOld', 'The event "accepted" is too old '],
    ['abandoned', 'Abandoned', 'The event "accepted" was not recorded before '],
  ] as const)('has for an event that is %s the reason %s', (state, reason, message) => {
    const update = finalCondition(finals(state), 'Recorded');
    expect(update).toMatchObject({ type: 'AuditRecorded', status: 'False', reason });
    expect(update.message.startsWith(message)).toBe(true);
  });

  it.each([
    [[pending, recorded], undefined, undefined],
    [[pending], 'HTTP 403', { status: 'False', reason: 'Refused', message: expect.stringMatching(/: HTTP 403$/) }],
    [[recorded, accepted, pending], undefined, { status: 'Unknown', reason: 'Queued' }],
    [[accepted], 'HTTP 403', { status: 'Unknown', reason: 'Queued' }],
  ] as const)('while events are %j and data storage refuses with %s: %j', (states, refusal, condition) => {
    const found = interimCondition(states, refusal);
    if (condition === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ type: 'AuditRecorded', ...condition });
  });
});
