import { describe, expect, it } from '@jest/globals';
import {
  bundlePatterns,
  serviceAccountPatterns,
  address,
  boolean,
  duration,
  file,
  integer,
  isLoopback,
  namespace,
  namespaces,
  oneOf,
  url,
  wholeSeconds,
  words,
  type Rule,
} from './rules.ts';

const label63 = `a${'-'.repeat(61)}a`;

/** The values that each rule parses from texts; undefined for rejected texts. */
const cases: readonly [string, Rule<unknown>, readonly [text: string, value: unknown][]][] = [
  [
    'an address',
    address,
    [
      ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
      ['[::1]:1', { host: '::1', port: 1 }],
      ['[fe80::ABCD]:65535', { host: 'fe80::ABCD', port: 65_535 }],
      ['example.org:443', { host: 'example.org', port: 443 }],
      ['a:00001', { host: 'a', port: 1 }],
      ['a:0', undefined],
      ['a:65536', undefined],
      ['a:100000', undefined],
      ['a:', undefined],
      [':80', undefined],
      ['a', undefined],
      ['::1:80', undefined],
      ['[::1]', undefined],
      ['[]:80', undefined],
      ['[x]:80', undefined],
      ['a b:80', undefined],
      ['a:80 ', undefined],
      [' a:80', undefined],
      ['[::1]:80x', undefined],
      ['x[::1]:80', undefined],
    ],
  ],
  [
    'a duration from 1s to 1m',
    duration('1s', '1m'),
    [
      ['1s', 1_000],
      ['1m', 60_000],
      ['999ms', undefined],
      ['60001ms', undefined],
      ['soon', undefined],
    ],
  ],
  [
    'whole seconds from 1s to 1m',
    wholeSeconds('1s', '1m'),
    [
      ['1s', 1_000],
      ['1500ms', undefined],
      ['2000ms', 2_000],
      ['61s', undefined],
      ['soon', undefined],
    ],
  ],
  [
    'a whole number from 2 to 10',
    integer(2, 10),
    [
      ['2', 2],
      ['10', 10],
      ['1', undefined],
      ['11', undefined],
      ['', undefined],
      ['3.0', undefined],
      ['+3', undefined],
      ['3 ', undefined],
      ['0000000003', undefined],
      ['000000003', 3],
    ],
  ],
  [
    'one of a and b',
    oneOf('a', 'b'),
    [
      ['a', 'a'],
      ['b', 'b'],
      ['c', undefined],
      ['', undefined],
      ['a, b', undefined],
    ],
  ],
  [
    'true or false',
    boolean,
    [
      ['true', true],
      ['false', false],
      ['', undefined],
      ['True', undefined],
      ['1', undefined],
    ],
  ],
  [
    'a namespace',
    namespace,
    [
      ['a', 'a'],
      ['kubernaut-system', 'kubernaut-system'],
      [label63, label63],
      [`${label63}a`, undefined],
      ['', undefined],
      ['-a', undefined],
      ['a-', undefined],
      ['A', undefined],
      ['a.b', undefined],
      ['a\n', undefined],
    ],
  ],
  [
    'namespaces',
    namespaces,
    [
      ['', []],
      ['a', ['a']],
      ['a, b ,a', ['a', 'b']],
      ['a,,b', undefined],
      ['a,B', undefined],
      [',', undefined],
      [' ', undefined],
    ],
  ],
  [
    'words',
    words,
    [
      ['a', ['a']],
      ['a b', undefined],
      [' a , https://b ,a', ['a', 'https://b']],
      ['', undefined],
      ['a,', undefined],
    ],
  ],
  [
    'a file',
    file,
    [
      ['', ''],
      ['/tls.crt', '/tls.crt'],
      ['a\0b', undefined],
    ],
  ],
  [
    'a URL',
    url,
    [
      ['', ''],
      ['http://a', 'http://a'],
      ['https://a:8443/b/', 'https://a:8443/b/'],
      ['ftp://a', undefined],
      ['xhttp://a', undefined],
      ['httpsx://a', undefined],
      ['a:8443', undefined],
      ['//a', undefined],
      ['https://me@a', undefined],
      ['https://:secret@a', undefined],
      ['https://a?b', undefined],
      ['https://a#b', undefined],
    ],
  ],
  [
    'patterns of bundles',
    bundlePatterns,
    [
      ['**', [{ text: '**', path: [], below: true }]],
      [
        'quay.io/a/* , ghcr.io/**',
        [
          { text: 'quay.io/a/*', registry: 'quay.io', path: ['a', '*'], below: false },
          { text: 'ghcr.io/**', registry: 'ghcr.io', path: [], below: true },
        ],
      ],
      ['quay.io/a/*,', undefined],
      ['quay.io/a/*,nonsense', undefined],
      ['', undefined],
    ],
  ],
  [
    'patterns of ServiceAccounts',
    serviceAccountPatterns,
    [
      [
        '*:a, b:c',
        [
          { namespace: '*', name: 'a' },
          { namespace: 'b', name: 'c' },
        ],
      ],
      ['*:a,b', undefined],
      ['', undefined],
    ],
  ],
];

describe.each(cases)('%s', (_, rule, texts) => {
  it.each(texts)('%j is read as %j', (text, value) => {
    expect(rule.parse(text)).toEqual(value);
  });

  it('describes the allowed values', () => {
    expect(rule.allowed).toMatch(/^[a-z].*\w/);
  });
});

it('the description has the bounds', () => {
  expect(duration('1s', '1m').allowed).toContain('a duration from 1s to 1m (');
  expect(wholeSeconds('1s', '1m').allowed).toContain('a duration from 1s to 1m in whole seconds (');
  expect(integer(2, 10).allowed).toBe('a whole number from 2 to 10');
  expect(oneOf('a', 'b').allowed).toBe('one of a, b');
});

it('the description of bundles mentions two stars', () => {
  expect(bundlePatterns.allowed).toContain('`**` for any');
});

it('invalid bounds reject every value', () => {
  expect([duration('?', '1m').parse('1s'), duration('1s', '?').parse('1s')]).toEqual([undefined, undefined]);
});

it.each([
  ['127.0.0.1', true],
  ['127.255.0.13', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0', false],
  ['127.0.0.1234', false],
  ['127.0.0.1.example.org', false],
  ['x127.0.0.1', false],
  ['127x0.0.1', false],
  ['localhost.example.org', false],
  ['alocalhost', false],
])('%s is only reachable from this machine: %p', (host, expected) => {
  expect(isLoopback({ host, port: 80 })).toBe(expected);
});
