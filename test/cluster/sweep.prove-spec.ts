import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownIdentity } from './process.ts';
import { clusterRecord, endedProcess } from './record.builders.ts';
import { orphanReason, orphanReasonOf } from './sweep.ts';

describe('an orphaned cluster', () => {
  it.each([
    ['a cluster without an owner stays', clusterRecord({ owner: undefined }), undefined],
    ['a cluster whose owner runs stays', clusterRecord({ owner: ownIdentity() }), undefined],
    ['a cluster that is being started stays', clusterRecord({ state: 'starting' }), undefined],
    [
      'a cluster of another machine stays',
      clusterRecord({ owner: endedProcess, processSpace: 'elsewhere' }),
      undefined,
    ],
    ['a cluster whose owner has exited is removed', clusterRecord({ owner: endedProcess }), 'its owner, process'],
    [
      'an incomplete cluster is removed',
      clusterRecord({ state: 'starting', starter: endedProcess }),
      'its start was interrupted',
    ],
  ])('%s', (_, record, reason) => {
    const found = orphanReason(record);

    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(reason);
  });
});

describe('the directory of an orphaned cluster', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sweep-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is removed without a record', () => {
    expect(orphanReasonOf(directory)).toContain('its start was interrupted');
  });

  it('stays with a record of another version', () => {
    writeFileSync(join(directory, 'record.json'), JSON.stringify({ format: 'of the future' }));

    expect(orphanReasonOf(directory)).toBeUndefined();
  });
});
