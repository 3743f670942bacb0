import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readOptions } from './options.ts';

const digest = `sha256:${'a'.repeat(64)}`;

it('names the image of the manifests and pushes nothing without a registry', () => {
  expect(readOptions(['--out', '/nowhere'])).toEqual({
    out: '/nowhere',
    repository: 'quay.io/kubernaut/workflow-execution',
    push: false,
    bases: undefined,
  });
});

it('takes a registry with a port, and bases pinned by digest', () => {
  const args = [
    '--registry',
    '127.0.0.1:5000/org',
    '--build-base',
    `node:24@${digest}`,
    '--runtime-base',
    `r/b@${digest}`,
  ];
  expect(readOptions(['--out', '/nowhere', ...args])).toMatchObject({
    repository: '127.0.0.1:5000/org/workflow-execution',
    push: true,
    bases: { build: { name: 'node:24', digest }, runtime: { name: 'r/b', digest } },
  });
});

it.each([
  [[], /--out is missing/],
  [['--out', '/nowhere', '--sign'], /Unknown option '--sign'/],
  [['--out', '/nowhere', '--registry', 'https://registry.example'], /--registry https:\S+ is not HOST\/ORGANIZATION/],
  [['--out', '/nowhere', '--build-base', `node@${digest}`], /belong together/],
  [
    ['--out', '/nowhere', '--build-base', 'node:24', '--runtime-base', `b@${digest}`],
    /--build-base node:24 is not pinned/,
  ],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});

it('refuses to mix a release with other files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-options-'));
  try {
    writeFileSync(join(directory, 'file'), '');
    expect(() => readOptions(['--out', directory])).toThrow('is not empty');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
