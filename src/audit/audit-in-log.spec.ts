import { expect, it } from '@jest/globals';
import { auditInLog } from './audit-in-log.ts';
import { anEndedExecution, times } from './audit.builders.ts';
import { auditEvent } from './build-event.ts';

it.each([['uid-a'], [undefined]])('a log line about an event names its execution: UID %s', (uid) => {
  const name = 'x'.repeat(253);
  const event = auditEvent(anEndedExecution({ metadata: { name } }), { kind: 'ended', time: times.ended });
  expect(auditInLog(event, uid)).toEqual({ execution: `payment/${name}`, uid });
});
