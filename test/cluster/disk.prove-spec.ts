import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { requireCache, requireSpace } from './disk.ts';

describe('room on the disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'disk-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is sufficient for a small need', () => {
    expect(() => requireSpace('to start', [{ directory, gigabytes: 0.001 }])).not.toThrow();
  });

  it('is insufficient for a large need, and the message names the directory, the free and the required space', () => {
    const needs = [{ directory: join(directory, 'not', 'there', 'yet'), gigabytes: 1e9 }];

    expect(() => requireSpace('to build the local cluster', needs)).toThrow(
      /^There is not enough disk space to build the local cluster: .* has [\d.]+ GB free and 1000000000\.0 GB are needed/,
    );
  });

  it('is summed over the directories of a disk', () => {
    const twice = [
      { directory, gigabytes: 6e8 },
      { directory, gigabytes: 6e8 },
    ];

    expect(() => requireSpace('to start', twice)).toThrow('1200000000.0 GB are needed');
  });

  it('is refused with a message when the cache directory is a file', () => {
    const root = join(directory, 'file');
    writeFileSync(root, '');

    expect(() => requireCache({ root })).toThrow(/^The cache directory .* cannot be used: .* is not a directory/);
  });

  it('is refused with a message when the file system refuses directories', () => {
    expect(() => requireCache({ root: '/proc/nowhere/at/all' })).toThrow('cannot be used');
  });
});
