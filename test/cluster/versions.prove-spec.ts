import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compareVersions, parseVersions, sourceHash } from './versions.ts';

describe('the versions that go.mod pins', () => {
  it('are read from it', () => {
    const goMod = [
      'module m',
      'go 1.26.4',
      'require (',
      '\tk8s.io/kubernetes v1.35.4 // indirect',
      '\tgithub.com/tektoncd/pipeline v1.15.0 // indirect',
      '\tgo.etcd.io/etcd/server/v3 v3.6.5 // indirect',
      ')',
    ].join('\n');

    expect(parseVersions(goMod)).toEqual({ go: '1.26.4', kubernetes: 'v1.35.4', tekton: 'v1.15.0', etcd: 'v3.6.5' });
  });

  it('are required', () => {
    expect(() => parseVersions('module m')).toThrow('has no line that matches');
  });
});

describe('comparing versions', () => {
  it.each([
    ['go1.26.8', '1.26.4', 1],
    ['go1.26.4', '1.26.4', 0],
    ['go1.26', '1.26.0', 0],
    ['go1.9.7', '1.26.4', -1],
    ['1.27rc1', '1.26.4', 1],
  ])('%s with %s', (a, b, expected) => {
    expect(Math.sign(compareVersions(a, b))).toBe(expected);
  });
});

describe('the key of a build', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'module-'));
    writeFileSync(join(directory, 'go.mod'), 'module m');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is unchanged when nothing that is compiled changes', () => {
    const before = sourceHash('flags', directory);
    writeFileSync(join(directory, 'notes.txt'), 'hello');

    expect(sourceHash('flags', directory)).toBe(before);
  });

  it.each([
    ['go.sum', 'go.sum'],
    ['an own program', 'certs/main.go'],
  ])('changes with %s', (_, file) => {
    const before = sourceHash('flags', directory);
    mkdirSync(join(directory, 'certs'), { recursive: true });
    writeFileSync(join(directory, file), 'content');

    expect(sourceHash('flags', directory)).not.toBe(before);
  });

  it('changes with the flags', () => {
    expect(sourceHash('other', directory)).not.toBe(sourceHash('flags', directory));
  });
});
