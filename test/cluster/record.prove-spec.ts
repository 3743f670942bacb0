import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clusterRecord, endedProcess } from './record.builders.ts';
import { isRecord, readRecord, writeRecord } from './record.ts';

describe('the record of a cluster', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'record-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is parsed as it was written', () => {
    const record = clusterRecord({ directory, owner: endedProcess, processes: { etcd: endedProcess } });

    writeRecord(record);

    expect(readRecord(directory)).toEqual(record);
  });

  it('is undefined when its file is truncated', () => {
    writeFileSync(join(directory, 'record.json'), JSON.stringify(clusterRecord({ directory })).slice(0, -20));

    expect(readRecord(directory)).toBeUndefined();
  });

  it('is undefined without a file', () => {
    expect(readRecord(join(directory, 'nowhere'))).toBeUndefined();
  });

  it('is undefined in a directory that it was copied to', () => {
    writeFileSync(join(directory, 'record.json'), JSON.stringify(clusterRecord({ directory: '/elsewhere' })));

    expect(readRecord(directory)).toBeUndefined();
  });

  it.each([
    ['no level', { level: undefined }],
    ['an unknown state', { state: 'confused' }],
    ['a port missing', { ports: { etcd: 1 } }],
    ['a process without a start time', { processes: { etcd: { pid: 1 } } }],
    ['an argument that is not a string', { apiServerArgs: [1] }],
    ['no pod support', { pods: {} }],
  ])('is refused with %s', (_, change) => {
    expect(isRecord({ ...clusterRecord(), ...change })).toBe(false);
  });
});
