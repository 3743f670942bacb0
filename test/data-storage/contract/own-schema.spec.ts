import { describe, expect, it } from '@jest/globals';
import { anEvent } from '../data-storage.builders.ts';
import examples from '../examples.json' with { type: 'json' };
import { columnWidths } from './limits.ts';
import { describeContractFault, contractFaults } from './validate.ts';
import { moments, type Moment } from './vocabulary.ts';

const faultsOf = (event: unknown) => contractFaults(event).map(describeContractFault);

describe('the schema of own events', () => {
  it.each(examples.map((example) => [example.event_type, example] as const))(
    'takes the example %s',
    (_type, example) => {
      expect(faultsOf(example)).toEqual([]);
    },
  );

  it.each(Object.entries<Moment>(moments))('takes an event that says %s', (_name, moment) => {
    expect(faultsOf(anEvent({}, {}, moment))).toEqual([]);
  });

  it.each([
    ['an unknown key', anEvent({ caller: 'me' }), 'caller is unknown'],
    ['an unknown key of its data', anEvent({}, { target: 'x' }), 'event_data.target is unknown'],
    ['no resource_id', anEvent({ resource_id: undefined }), 'resource_id is missing'],
    ['the action of another moment', anEvent({ event_action: 'started' }), 'event_action must be one of those'],
    ['the outcome of another moment', anEvent({ event_outcome: 'failure' }), 'event_outcome must be equal'],
    ['the phase of another moment', anEvent({}, { phase: 'Running' }), 'event_data.phase must be equal'],
    [
      'a skip for another reason',
      anEvent({}, { failure_reason: 'Unknown' }, moments.skipped),
      'event_data.failure_reason must be equal',
    ],
    ['a duration that Go does not write', anEvent({}, { duration: '2:30' }), 'event_data.duration must match'],
  ])('refuses %s', (_what, event, fault) => {
    expect(faultsOf(event)).toEqual([expect.stringContaining(fault)]);
  });

  it.each(Object.entries(columnWidths).filter(([column]) => column !== 'resource_type'))(
    'refuses a %s that is wider than its column',
    (column, width) => {
      expect(faultsOf(anEvent({ [column]: '😀'.repeat(width + 1) }))).toContain(
        `${column} must NOT have more than ${width} characters`,
      );
    },
  );
});
