import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownIdentity } from './process.ts';
import { clusterRecord, endedProcess } from './record.builders.ts';
import { orphanReason, orphanReasonOf } from './sweep.ts';

describe('whether a cluster is nobody’s any more', () => {
  it.each([
    ['a cluster without an owner stays', clusterRecord({ owner: undefined }), undefined],
    ['a cluster whose owner runs stays', clusterRecord({ owner: ownIdentity() }), undefined],
    ['a cluster that is being started stays', clusterRecord({ state: 'starting' }), undefined],
    [
      'a cluster of another machine stays',
      clusterRecord({ owner: endedProcess, processSpace: 'elsewhere' }),
      undefined,
    ],
    ['a cluster whose owner has ended goes', clusterRecord({ owner: endedProcess }), 'its owner, process'],
    ['half a cluster goes', clusterRecord({ state: 'starting', starter: endedProcess }), 'its start was cut short'],
  ])('%s', (_, record, reason) => {
    const found = orphanReason(record);

    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(reason);
  });
});

describe('whether a cluster’s directory is nobody’s any more', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sweep-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('one without a record goes', () => {
    expect(orphanReasonOf(directory)).toContain('its start was cut short');
  });

  it('one with a record that only another version understands stays', () => {
    writeFileSync(join(directory, 'record.json'), JSON.stringify({ format: 'of the future' }));

    expect(orphanReasonOf(directory)).toBeUndefined();
  });
});
