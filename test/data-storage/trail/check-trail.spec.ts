import { describe, expect, it } from '@jest/globals';
import { checkTrail } from './check-trail.ts';
import { TrailBuilder, expected } from './trail.builders.ts';
import { describeViolation } from './violation.ts';
import type { ExpectedExecution } from './violation.ts';

const trail = () => new TrailBuilder();
const completing = (name: string) => expected(name, 'accepted', 'started', 'completed');
const violationsOf = (builder: TrailBuilder, ...executions: ExpectedExecution[]) =>
  checkTrail(builder.build(), executions).map(describeViolation);

describe('a good trail', () => {
  it('is empty without executions', () => {
    expect(violationsOf(trail())).toEqual([]);
  });

  it('mixes executions that completed, failed and were skipped', () => {
    const good = trail().event('b', 'accepted').completed('a').event('c', 'skipped');
    good.event('b', 'started').event('b', 'failed', {}, { failure_reason: 'OOMKilled' });

    const failing = expected('b', 'accepted', 'started', 'failed');
    expect(violationsOf(good, completing('a'), failing, expected('c', 'skipped'))).toEqual([]);
  });

  it('may have two executions of one correlation id, and two of one name in two namespaces', () => {
    const shared = { correlation_id: 'rr-shared' };
    const good = trail().event('a', 'skipped', shared).event('b', 'skipped', shared);
    good.event('a', 'skipped', { namespace: 'other', ...shared });

    const whose = { correlationId: 'rr-shared' };
    const [a, b] = [
      { ...expected('a', 'skipped'), ...whose },
      { ...expected('b', 'skipped'), ...whose },
    ];
    expect(violationsOf(good, a, b, { ...a, namespace: 'other' })).toEqual([]);
  });

  it('may have events of two executions with one correlation id out of order of their times', () => {
    const shared = { correlation_id: 'rr-shared' };
    const good = trail().event('a', 'skipped', { ...shared, event_timestamp: '2026-11-23T10:00:02Z' });
    good.event('b', 'skipped', { ...shared, event_timestamp: '2026-11-23T10:00:01Z' });

    const whose = { correlationId: 'rr-shared' };
    expect(
      violationsOf(good, { ...expected('a', 'skipped'), ...whose }, { ...expected('b', 'skipped'), ...whose }),
    ).toEqual([]);
  });
});

describe('a trail is wrong', () => {
  it('where an event is missing', () => {
    expect(violationsOf(trail().event('a', 'accepted').event('a', 'completed'), completing('a'))).toEqual([
      'team/a (rr-a) has no workflowexecution.execution.started started/success in Pending',
    ]);
  });

  it('where an execution has no events', () => {
    expect(checkTrail([], [completing('a')]).map(({ rule }) => rule)).toEqual(['missing', 'missing', 'missing']);
  });

  it('where an event is duplicated', () => {
    const bad = trail().event('a', 'accepted').event('a', 'started').event('a', 'started').event('a', 'completed');

    expect(violationsOf(bad, completing('a'))).toEqual([
      'team/a (rr-a) has 2 times workflowexecution.execution.started started/success in Pending: row-2, row-3',
    ]);
  });

  it('where an event is repeated late', () => {
    expect(checkTrail(trail().completed('a').event('a', 'accepted').build(), [completing('a')])).toMatchObject([
      { rule: 'doubled', rows: [{ event_id: 'row-1' }, { event_id: 'row-4' }] },
    ]);
  });

  it('where an execution has an unexpected event', () => {
    expect(violationsOf(trail().completed('a').event('a', 'failed'), completing('a'))).toEqual([
      'unexpected: workflowexecution.workflow.failed failed of team/a (row-4)',
    ]);
  });

  it('with an unknown execution', () => {
    expect(violationsOf(trail().event('x', 'accepted'))).toEqual([
      'unexpected: workflowexecution.selection.completed completed of team/x (row-1)',
    ]);
  });

  it.each([
    ['namespace', { namespace: 'other' }],
    ['name', { resource_id: 'other' }],
    ['correlation id', { correlation_id: 'rr-other' }],
  ])('where an event names another %s', (_what, changes) => {
    const rules = checkTrail(trail().event('a', 'accepted', changes).build(), [expected('a', 'accepted')]);

    expect(rules.map(({ rule }) => rule)).toEqual(['missing', 'unexpected']);
  });

  it('where the reason of a failure differs', () => {
    const failing = expected('a', 'failed');
    const forWantOfMemory = {
      ...failing,
      kinds: failing.kinds.map((kind) => ({ ...kind, failure_reason: 'OOMKilled' })),
    };

    expect(violationsOf(trail().event('a', 'failed', {}, { failure_reason: 'Unknown' }), forWantOfMemory)).toEqual([
      'team/a (rr-a) has no workflowexecution.workflow.failed failed/failure in Failed for OOMKilled',
      'unexpected: workflowexecution.workflow.failed failed of team/a (row-1)',
    ]);
  });

  it.each([
    ['started', 'accepted', 'completed'],
    ['accepted', 'completed', 'started'],
    ['completed', 'accepted', 'started'],
  ] as const)('where %s arrives before %s and %s', (...order) => {
    const bad = order.reduce((builder, moment) => builder.event('a', moment), trail());

    expect(checkTrail(bad.build(), [completing('a')])).toMatchObject([{ rule: 'out-of-order' }]);
  });

  it('and reports which two events are out of order', () => {
    const bad = trail().event('a', 'started').event('a', 'accepted').event('a', 'completed');

    expect(violationsOf(bad, completing('a'))).toEqual([
      'team/a (rr-a): workflowexecution.execution.started started of team/a (row-1) arrived before ' +
        'workflowexecution.selection.completed completed of team/a (row-2)',
    ]);
  });

  it.each(['2026-11-23T10:00:01.000001Z', '2026-11-23T10:00:01.000002Z'])(
    'where time does not increase: %s',
    (then) => {
      const bad = trail().event('a', 'accepted', { event_timestamp: '2026-11-23T10:00:01.000002Z' });
      bad.event('a', 'started', { event_timestamp: then });

      expect(violationsOf(bad, expected('a', 'accepted', 'started'))).toEqual([
        `time does not increase from 2026-11-23T10:00:01.000002Z to ${then}, ` +
          'with workflowexecution.execution.started started of team/a (row-2)',
      ]);
    },
  );

  it('where an event was changed after it was stored', () => {
    const [first, ...others] = trail().completed('a').build();
    const changed = { ...first!, event: { ...first!.event, actor_id: 'somebody' } };

    expect(checkTrail([changed, ...others], [completing('a')]).map(describeViolation)).toEqual([
      'the hash does not follow from the row before and the event of ' +
        'workflowexecution.selection.completed completed of team/a (row-1)',
    ]);
  });

  it('with a removed row', () => {
    const [first, , third] = trail().completed('a').build();

    expect(checkTrail([first!, third!], [expected('a', 'accepted', 'completed')])).toMatchObject([
      { rule: 'broken-chain', row: { event_id: 'row-3' } },
    ]);
  });

  it('where an event breaks the strict schema', () => {
    expect(violationsOf(trail().event('a', 'accepted', {}, { target: 'x' }), expected('a', 'accepted'))).toEqual([
      'workflowexecution.selection.completed completed of team/a (row-1): event_data.target is unknown',
    ]);
  });
});
