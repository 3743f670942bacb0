import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { debianPackages, directDependencies, licenseTexts, npmPackages } from './contents.ts';
import { licensesFile } from './licenses.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workflow-execution-contents-'));
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

function install(path: string, manifest: object = {}): void {
  const name = path.split('node_modules/').at(-1);
  write(`app/${path}/package.json`, { name, version: '1.0.0', license: 'MIT', ...manifest });
}

it('finds npm packages where Node.js finds them', () => {
  write('app/package.json', { dependencies: { a: '1', '@scope/b': '1' } });
  install('node_modules/a', { dependencies: { c: '1', '@scope/b': '1' }, peerDependencies: { missing: '*' } });
  install('node_modules/a/node_modules/c', { version: '2.0.0' });
  install('node_modules/c');
  install('node_modules/@scope/b', { dependencies: { c: '1' } });

  expect(npmPackages(root).map(({ path, version, dependencies }) => [path, version, dependencies])).toEqual([
    ['node_modules/@scope/b', '1.0.0', ['node_modules/c']],
    ['node_modules/a', '1.0.0', ['node_modules/@scope/b', 'node_modules/a/node_modules/c']],
    ['node_modules/a/node_modules/c', '2.0.0', []],
    ['node_modules/c', '1.0.0', []],
  ]);
  expect(directDependencies(root)).toEqual(['node_modules/@scope/b', 'node_modules/a']);
});

it('reads the license of old packages, and refuses a package without one', () => {
  install('node_modules/old', { license: undefined, licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] });
  expect(npmPackages(root)).toMatchObject([{ license: 'MIT OR GPL-2.0' }]);

  install('node_modules/a', { license: undefined });
  expect(() => npmPackages(root)).toThrow('node_modules/a does not say its license');
});

it('reads the records of Debian packages', () => {
  write(
    'var/lib/dpkg/status.d/libc6',
    'Package: libc6\nArchitecture: arm64\nVersion: 2.36-9\nDescription: GNU C\n more\n',
  );
  write('var/lib/dpkg/status.d/libc6.md5sums', '0123  lib/libc.so.6\n');
  expect(debianPackages(root)).toEqual([{ name: 'libc6', version: '2.36-9', architecture: 'arm64' }]);
});

it('finds the licenses of Debian packages that link to those of another', () => {
  write('usr/share/doc/gcc-12-base/copyright', 'The runtime library exception');
  symlinkSync('gcc-12-base', join(root, 'usr/share/doc/libgcc-s1'));
  expect(licenseTexts(root).map(({ of }) => of)).toEqual(['Debian package gcc-12-base', 'Debian package libgcc-s1']);
});

it('prints a license that packages share once', () => {
  write('nodejs/LICENSE', 'Node.js is licensed');
  install('node_modules/a');
  install('node_modules/b');
  install('node_modules/c');
  for (const name of ['a', 'b']) write(`app/node_modules/${name}/LICENSE.md`, 'Permission is granted');

  const text = licensesFile(licenseTexts(root));

  expect(text.match(/Permission is granted/g)).toHaveLength(1);
  expect(text).toMatch(/a 1\.0\.0 \(MIT\)\nb 1\.0\.0 \(MIT\)\n=+\n\nPermission is granted\n/);
  expect(text).toMatch(/c 1\.0\.0 \(MIT\)\n=+\n\nWithout a text; license: MIT\.\n/);
  expect(text).toContain('Node.js is licensed');
});
