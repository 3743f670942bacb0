import { describe, expect, it } from '@jest/globals';
import {
  coversEverything,
  coversRepository,
  parseBundlePattern,
  type BundlePattern,
  parseServiceAccountPattern,
} from './policy.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const repository = { registry: 'quay.io', path: ['kubernaut', 'oomkill'] };
const pattern = (text: string) => parseBundlePattern(text)!;

describe('a pattern of bundles', () => {
  it('matches everything if it is two stars', () => {
    expect(coversEverything(pattern('**'))).toBe(true);
    expect(coversRepository(pattern('**'), repository)).toBe(true);
  });

  it.each<[string, BundlePattern]>([
    ['names a registry', pattern('quay.io/**')],
    ['names a path', { text: 'a/**', path: ['a'], below: true }],
    ['is of one repository', { text: '', path: [], below: false }],
  ])('does not match everything if it %s', (_, some) => {
    expect(coversEverything(some)).toBe(false);
  });

  it('without a registry matches its path at any registry', () => {
    const anywhere: BundlePattern = { text: 'kubernaut/*', path: ['kubernaut', '*'], below: false };
    expect(coversRepository(anywhere, repository)).toBe(true);
    expect(coversRepository(anywhere, { ...repository, path: ['acme', 'oomkill'] })).toBe(false);
  });
});

describe('a pattern', () => {
  it.each([
    '',
    '*',
    'quay.io',
    'quay.io/',
    'quay.io/*/**/x',
    'quay.io/**/x',
    'quay.io/a**',
    'quay.io/*a*',
    'quay.io/Kubernaut/*',
    'quay.io/../*',
    'quay.io/kubernaut/oomkill:v1',
    `quay.io/kubernaut/oomkill@${digest}`,
    'https://quay.io/kubernaut/*',
    '*.io/kubernaut/*',
    '*/kubernaut/*',
    '**/kubernaut',
    'kubernaut/*',
    'quay.io//**',
  ])('of bundles cannot be %j', (text) => {
    expect(parseBundlePattern(text)).toBeUndefined();
  });

  it.each(['', '*', 'payment', ':', 'payment:', ':x', 'a:b:c', 'Payment:x', 'a*b*:x', 'a:**', 'a.b:x', 'a:b/c'])(
    'of ServiceAccounts is not %j',
    (text) => {
      expect(parseServiceAccountPattern(text)).toBeUndefined();
    },
  );

  it.each([
    ['payment:remediator', { namespace: 'payment', name: 'remediator' }],
    ['*:*', { namespace: '*', name: '*' }],
    ['team-*:wf-*.v1', { namespace: 'team-*', name: 'wf-*.v1' }],
  ])('of ServiceAccounts may be %s', (text, pattern) => {
    expect(parseServiceAccountPattern(text)).toEqual(pattern);
  });

  it.each([
    ['**', { text: '**', path: [], below: true }],
    ['quay.io/**', { text: 'quay.io/**', registry: 'quay.io', path: [], below: true }],
    ['Quay.io/a/**', { text: 'Quay.io/a/**', registry: 'quay.io', path: ['a'], below: true }],
    ['quay.io/a/b*', { text: 'quay.io/a/b*', registry: 'quay.io', path: ['a', 'b*'], below: false }],
    ['docker.io/a', { text: 'docker.io/a', registry: 'docker.io', path: ['library', 'a'], below: false }],
    ['index.docker.io/**', { text: 'index.docker.io/**', registry: 'docker.io', path: [], below: true }],
  ])('of bundles may be %s', (text, pattern) => {
    expect(parseBundlePattern(text)).toEqual(pattern);
  });
});
