import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatRepository, parseImageReference, bundleReference } from './image-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** The rule of the API server for `spec.workflowRef.containerImage`. */
const crd = readFileSync(
  new URL('../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml', import.meta.url),
  'utf8',
);
const rule = new RegExp(
  /containerImage:[^]+?self\.matches\('(?<rule>.+)'\)/.exec(crd)?.groups?.['rule']?.replaceAll('\\\\', '\\') ?? '',
);

describe('an OCI reference', () => {
  it.each([
    ['quay.io/kubernaut/oomkill:v1.0.0', 'quay.io/kubernaut/oomkill'],
    ['QUAY.io/kubernaut/oomkill', 'quay.io/kubernaut/oomkill'],
    ['quay.io:8443/kubernaut/oomkill:v1', 'quay.io:8443/kubernaut/oomkill'],
    ['localhost/oomkill', 'localhost/oomkill'],
    ['localhost:5000/oomkill', 'localhost:5000/oomkill'],
    ['[2001:db8::1]:5000/oomkill:v1', '[2001:db8::1]:5000/oomkill'],
    ['oomkill', 'docker.io/library/oomkill'],
    ['oomkill:5000', 'docker.io/library/oomkill'],
    ['kubernaut/oomkill', 'docker.io/kubernaut/oomkill'],
    ['docker.io/oomkill', 'docker.io/library/oomkill'],
    ['index.docker.io/kubernaut/oomkill', 'docker.io/kubernaut/oomkill'],
    [`kubernaut/oomkill:v1@${digest}`, 'docker.io/kubernaut/oomkill'],
  ])('%s has the repository %s', (text, repository) => {
    const reference = parseImageReference(text);
    expect(reference && formatRepository(reference)).toBe(repository);
  });

  it('is pinned by a digest', () => {
    expect(parseImageReference(`quay.io/kubernaut/oomkill:v1@${digest}`)?.digest).toBe(digest);
    expect(parseImageReference('quay.io/kubernaut/oomkill:v1')).not.toHaveProperty('digest');
  });

  it.each([
    '',
    'quay.io/',
    '/kubernaut/oomkill',
    'quay.io//oomkill',
    'quay.io/kubernaut/../evil',
    'quay.io/kubernaut/.',
    'quay.io/kubernaut@evil',
    'quay.io/kubernaut/oomkill@sha256:0',
    `quay.io/kubernaut/oomkill@${digest}@${digest}`,
    'quay.io/Kubernaut/oomkill',
    'Kubernaut/oomkill',
    'quay.io./kubernaut/oomkill',
    'user@quay.io/kubernaut/oomkill',
    'https://quay.io/kubernaut/oomkill',
    'quay.io/kubernaut/oomkill?x',
    'quay.io/kubernaut/%6fomkill',
    'quay.io/kubernaut/oomkill ',
    'quay.io/kubernaut/oomkill\n',
    'quay.io\\kubernaut/oomkill',
    'quay.io/kubernaut/$(params.X)',
    'quаy.io/kubernaut/oomkill',
  ])('%j is invalid', (text) => {
    expect(parseImageReference(text)).toBeUndefined();
  });

  it('is valid if the CRD accepts it, except with an invalid registry or owner', () => {
    // Tekton parses `a_b.c/d` as a registry with an invalid host name, and `A/b` as an owner that no registry accepts.
    const neither = /^[^/]*[A-Z_][^/]*\//;
    fc.assert(
      fc.property(fc.stringMatching(rule), (text) => {
        expect(parseImageReference(text) !== undefined || neither.test(text)).toBe(true);
      }),
    );
  });

  it('is accepted by the CRD if it is valid', () => {
    const piece = fc.constantFrom(
      'quay.io',
      'a',
      'B',
      '0',
      '/',
      ':',
      '@',
      '.',
      '..',
      '-',
      '_',
      '__',
      '___',
      digest,
      ' ',
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (candidate) => {
        expect(parseImageReference(candidate) === undefined || rule.test(candidate)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

const other = `sha256:${'f'.repeat(64)}`;

describe('the bundle reference', () => {
  it.each([
    ['quay.io/kubernaut/oomkill:v1', undefined, 'quay.io/kubernaut/oomkill:v1'],
    [`quay.io/kubernaut/oomkill@${digest}`, undefined, `quay.io/kubernaut/oomkill@${digest}`],
    ['quay.io/kubernaut/oomkill', digest, `quay.io/kubernaut/oomkill@${digest}`],
    ['localhost:5000/oomkill:v1', digest, `localhost:5000/oomkill:v1@${digest}`],
    [`localhost:5000/oomkill:v1@${digest}`, digest, `localhost:5000/oomkill:v1@${digest}`],
    [`quay.io/kubernaut/oomkill@${other}`, digest, `quay.io/kubernaut/oomkill@${digest}`],
  ])('of %s pinned to %s is %s', (containerImage, containerDigest, expected) => {
    expect(bundleReference({ workflowId: 'w', version: '1', containerImage, containerDigest })).toBe(expected);
  });
});

it('the bundle reference keeps the repository, which the policy checks', () => {
  const images = ['oomkill', 'kubernaut/oomkill:v1', 'quay.io/kubernaut/oomkill:v1', `localhost:5000/oomkill@${other}`];
  for (const containerImage of images) {
    const named = parseImageReference(containerImage);
    const fetched = bundleReference({ workflowId: 'w', version: '1', containerImage, containerDigest: digest });
    expect(parseImageReference(fetched)).toEqual({ ...named, digest });
  }
});
