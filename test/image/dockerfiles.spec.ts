import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const isIgnored = (path: string): boolean => /node_modules/.test(path);
const dockerfiles = globSync('**/{Dockerfile,*.Dockerfile}', { cwd: root, exclude: isIgnored });

/** The base images of a Dockerfile that are not pinned by digest; its own stages and `scratch` need none. */
function unpinned(dockerfile: string): string[] {
  const stages = new Set(['scratch']);
  const found: string[] = [];
  for (const [, image = '', , stage] of dockerfile.matchAll(/^FROM +(?:--\S+ +)*(\S+)( +AS +(\S+))?/gim)) {
    if (!stages.has(image) && !/@(sha256:[0-9a-f]{64}|\$\{\w+_DIGEST\})$/.test(image)) found.push(image);
    if (stage !== undefined) stages.add(stage);
  }
  return found;
}

/** Digest arguments whose default is not a digest. */
function wrongDefaults(dockerfile: string): string[] {
  const defaults = [...dockerfile.matchAll(/^ARG +\w+_DIGEST=(.*)$/gm)].map(([, value = '']) => value);
  return defaults.filter((value) => !/^sha256:[0-9a-f]{64}$/.test(value));
}

describe('the base images', () => {
  it.each(dockerfiles)('of %s are pinned by digest', (path) => {
    const text = readFileSync(join(root, path), 'utf8');

    expect(unpinned(text)).toEqual([]);
    expect(wrongDefaults(text)).toEqual([]);
  });

  it('include those of the service', () => {
    expect(dockerfiles).toContain('Dockerfile');
  });

  it.each([
    ['FROM node:24', ['node:24']],
    ['FROM --platform=linux/amd64 node AS build\nFROM build', ['node']],
    ['FROM ${BUILD_BASE}', ['${BUILD_BASE}']],
    ['FROM node@sha256:abc', ['node@sha256:abc']],
    [`FROM node@sha256:${'a'.repeat(64)} AS a\nFROM a\nFROM scratch`, []],
  ])('are refused without a digest: %j', (dockerfile, refused) => {
    expect(unpinned(dockerfile)).toEqual(refused);
  });
});
