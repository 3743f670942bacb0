import { describe, expect, it } from '@jest/globals';
import { ownIdentity } from './process.ts';
import { aRecord, deadProcess } from './record.builders.ts';
import { orphanReason } from './sweep.ts';

describe('whether a cluster is nobody’s any more', () => {
  it.each([
    ['a cluster without an owner stays', aRecord({ owner: undefined }), undefined],
    ['a cluster whose owner runs stays', aRecord({ owner: ownIdentity() }), undefined],
    ['a cluster that is being started stays', aRecord({ state: 'starting' }), undefined],
    ['a cluster whose owner has ended goes', aRecord({ owner: deadProcess }), 'its owner, process'],
    ['half a cluster goes', aRecord({ state: 'starting', starter: deadProcess }), 'its start was cut short'],
    ['a directory without a record goes', undefined, 'its record is missing'],
  ])('%s', (_, record, reason) => {
    const found = orphanReason(record);

    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(reason);
  });
});
