import { describe, expect, it } from '@jest/globals';
import { coversEverything, coversRepository, parseBundlePattern, type BundlePattern } from './policy-patterns.ts';

const repository = { registry: 'quay.io', path: ['kubernaut', 'oomkill'] };
const pattern = (text: string) => parseBundlePattern(text)!;

describe('a pattern of bundles', () => {
  it('covers everything when it is two stars, and so every repository', () => {
    expect(coversEverything(pattern('**'))).toBe(true);
    expect(coversRepository(pattern('**'), repository)).toBe(true);
  });

  it.each<[string, BundlePattern]>([
    ['names a registry', pattern('quay.io/**')],
    ['names a path', { text: 'a/**', path: ['a'], below: true }],
    ['is of one repository', { text: '', path: [], below: false }],
  ])('does not cover everything when it %s', (_, some) => {
    expect(coversEverything(some)).toBe(false);
  });

  it('without a registry covers its path at any', () => {
    const anywhere: BundlePattern = { text: 'kubernaut/*', path: ['kubernaut', '*'], below: false };
    expect(coversRepository(anywhere, repository)).toBe(true);
    expect(coversRepository(anywhere, { ...repository, path: ['acme', 'oomkill'] })).toBe(false);
  });
});
