import type { Fault } from '../fault.ts';

/** Faults of the audit trail. */
export const auditFaults: readonly Fault[] = [
  {
    name: 'an audit event is sent again although the answer was lost',
    file: 'src/audit/delivery.ts',
    find: "this.move(items, 'unsure');",
    replace: "this.move(items, 'due');",
    caughtBy: ['src/audit/delivery.spec.ts', 'test/audit-storm/simulation.spec.ts'],
  },
  {
    name: 'what another process may have sent is not asked for',
    file: 'src/audit/audit-trail.ts',
    find: "isOwn ? 'due' : 'unsure',",
    replace: "isOwn ? 'due' : 'due',",
    caughtBy: ['src/audit/audit-trail.spec.ts'],
  },
  {
    name: 'a queued audit event counts as recorded',
    file: 'src/audit/delivery.ts',
    find: "this.move(items, 'queued');",
    replace: "for (const item of items) this.finish(item, 'recorded');",
    caughtBy: ['src/audit/delivery.spec.ts', 'test/audit-storm/simulation.spec.ts'],
  },
  {
    name: 'audit events are sent by a replica that does not lead',
    file: 'src/audit/delivery.ts',
    find: 'if (!mayDeliver()) return false;',
    replace: '',
    caughtBy: ['src/audit/delivery.spec.ts', 'src/audit/audit-trail.spec.ts'],
  },
  {
    name: 'events of one second have the same time',
    file: 'src/audit/due-events.ts',
    find: 'else if (ms <= latest)',
    replace: 'else if (ms < latest)',
    caughtBy: ['src/audit/due-events.spec.ts'],
  },
  {
    name: 'audit events are ordered by the text of their times',
    file: 'src/audit/lanes.ts',
    find: 'Date.parse(time) < Date.parse(other)',
    replace: 'time < other',
    caughtBy: ['src/audit/outbox.spec.ts'],
  },
  {
    name: 'the events before the end name the digest that ran, so that they are not the same after a restart',
    file: 'src/audit/build-event.ts',
    find: "kind === 'ended' ? status?.bundleDigest : undefined",
    replace: 'status?.bundleDigest',
    caughtBy: ['src/audit/build-event.spec.ts'],
  },
  {
    name: 'an execution without an end has an event of its end',
    file: 'src/audit/due-events.ts',
    find: 'if (!isTerminal(phaseOf(execution))) return metadata.deletionTimestamp;',
    replace: 'if (!isTerminal(phaseOf(execution))) return metadata.deletionTimestamp ?? metadata.creationTimestamp;',
    caughtBy: ['src/audit/due-events.spec.ts'],
  },
  {
    name: 'a renewed token of the data storage service is not read',
    file: 'src/audit/data-storage-client.ts',
    find: 'return renewed === token ? answer : this.exchange(method, path, body, renewed);',
    replace: 'return renewed === token ? answer : answer;',
    caughtBy: ['src/audit/data-storage-client.spec.ts'],
  },
  {
    name: 'deliveries are retried at a constant pace',
    file: 'src/audit/turns.ts',
    find: '++this.failuresInRow',
    replace: '(this.failuresInRow = 1)',
    caughtBy: ['src/audit/delivery.spec.ts'],
  },
  {
    name: 'an answer of data storage may have any size',
    file: 'src/audit/data-storage-client.ts',
    find: ' maxResponseSize: maxAnswerBytes,',
    replace: '',
    caughtBy: ['src/audit/data-storage-client.spec.ts'],
  },
  {
    name: 'events of an execution that is gone are taken in again and hold up those of its correlation id',
    file: 'src/audit/audit-trail.ts',
    find: 'if (this.isOver(execution)) return;\n    const hasRoom',
    replace: 'const hasRoom',
    caughtBy: ['src/audit/audit-trail.spec.ts'],
  },
];
