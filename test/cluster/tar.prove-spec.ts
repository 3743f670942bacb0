import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { tar } from './tar.ts';

const entries = [
  { path: 'bin/', mode: 0o755 },
  { path: 'tmp/', mode: 0o1777 },
  { path: 'bin/tool', mode: 0o755, content: 'x'.repeat(700) },
  { path: 'bin/other', mode: 0o777, link: 'tool' },
];

describe('a tar archive', () => {
  it('is read by tar, with permissions, sizes and links', () => {
    const { stdout, stderr } = spawnSync('tar', ['--list', '--verbose', '--numeric-owner'], { input: tar(entries) });

    expect(stderr.toString()).toBe('');
    expect(stdout.toString().trim().split('\n')).toEqual([
      expect.stringMatching(/^drwxr-xr-x 0\/0 .* bin\/$/),
      expect.stringMatching(/^drwxrwxrwt 0\/0 .* tmp\/$/),
      expect.stringMatching(/^-rwxr-xr-x 0\/0 +700 .* bin\/tool$/),
      expect.stringMatching(/^lrwxrwxrwx 0\/0 +0 .* bin\/other -> tool$/),
    ]);
  });

  it('preserves the content of a file', () => {
    const { stdout } = spawnSync('tar', ['--extract', '--to-stdout', 'bin/tool'], { input: tar(entries) });

    expect(stdout.toString()).toBe('x'.repeat(700));
  });

  it('is the same for the same entries', () => {
    expect(tar(entries).equals(tar(entries))).toBe(true);
  });

  it('refuses a path that its header cannot hold', () => {
    expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644, content: '' }])).toThrow('too long for a tar header');
  });
});
