import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { explainGoFailure, findGo } from './toolchain.ts';

describe('looking for Go', () => {
  const path = process.env['PATH'];
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'go-'));
    process.env['PATH'] = directory;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(directory, { recursive: true, force: true });
  });
  const install = (script: string) => writeFileSync(join(directory, 'go'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  it('says what to install where there is none', async () => {
    await expect(findGo()).rejects.toThrow(/which is not on the PATH\. Install Go 1\.\d+\.\d+ or newer/);
  });

  it('names the installed one that reports that it is too old', async () => {
    install('[ "$1" = version ] && echo "go version go1.22.3 linux/amd64" && exit; exit 1');

    await expect(findGo()).rejects.toThrow(`${join(directory, 'go')} is 1.22.3. Install a newer one`);
  });

  it('names the installed one that is too old to report that', async () => {
    install('[ "$1" = version ] && echo "go version go1.19.8 linux/amd64" || printf "go1.19.8\\n/a\\n/b\\n"');

    await expect(findGo()).rejects.toThrow('is 1.19.8. Install a newer one');
  });

  it('uses one that is new enough, with its caches', async () => {
    install('printf "go1.99.1\\n/build\\n/modules\\n"');

    await expect(findGo()).resolves.toEqual({
      command: join(directory, 'go'),
      version: 'go1.99.1',
      buildCache: '/build',
      moduleCache: '/modules',
    });
  });
});

describe('why a build failed', () => {
  it.each([
    ['write /x: no space left on device', 'The disk ran full while etcd was built'],
    ['dial tcp: lookup modules.example.org: no such host', 'The Go modules of etcd could not be downloaded'],
    ['main.go:3:1: syntax error', 'etcd could not be built: main.go:3:1: syntax error'],
  ])('is explained for "%s"', (stderr, sentence) => {
    expect(explainGoFailure('etcd', `go: downloading x v1\n${stderr}\n`, '/cache')).toContain(sentence);
  });
});
