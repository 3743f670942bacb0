import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aPolicy } from './policy.builders.ts';
import { policyViolations } from './policy.ts';
import { aSpec } from './workflow-execution.builders.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

function specOf(containerImage: string, containerDigest?: string) {
  return aSpec({ workflowRef: { workflowId: 'w', version: '1', containerImage, containerDigest } });
}

function isAllowed(bundles: readonly string[], image: string): boolean {
  return policyViolations(specOf(image), 'payment', aPolicy({ bundles })).length === 0;
}

describe('the allowed bundles', () => {
  it.each([
    ['**', 'anything/at/all:v1'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut/oomkill:v1'],
    ['quay.io/kubernaut/*', `QUAY.IO/kubernaut/oomkill@${digest}`],
    ['Quay.io/kubernaut/*', 'quay.io/kubernaut/oomkill'],
    ['quay.io/kubernaut/oomkill', 'quay.io/kubernaut/oomkill:v1'],
    ['quay.io/kubernaut/wf-*', 'quay.io/kubernaut/wf-oomkill'],
    ['quay.io/*/workflows', 'quay.io/kubernaut/workflows'],
    ['quay.io/**', 'quay.io/kubernaut/oomkill'],
    ['ghcr.io/acme/**', 'ghcr.io/acme/workflows/oomkill'],
    ['localhost:5000/**', 'localhost:5000/oomkill'],
    ['docker.io/kubernaut/*', 'kubernaut/oomkill'],
    ['index.docker.io/kubernaut/**', 'docker.io/kubernaut/oomkill'],
    ['docker.io/library/*', 'oomkill'],
    ['docker.io/oomkill', 'index.docker.io/library/oomkill'],
    ['docker.io/*', 'oomkill'],
    ['quay.io/kubernaut/wf-*-prod', 'quay.io/kubernaut/wf-oomkill-prod'],
    ['quay.io/kubernaut/wf-*-prod', 'quay.io/kubernaut/wf--prod'],
    ['quay.io/team-*/**', 'quay.io/team-a/workflows/oomkill'],
  ])('%s allows %s', (pattern, image) => {
    expect(isAllowed([pattern], image)).toBe(true);
  });

  it.each([
    ['quay.io/kubernaut/*', 'quay.io/kubernaut-evil/x'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut/../x'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut/x/../../evil'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut@evil'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut/x@evil'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut/a/b'],
    ['quay.io/kubernaut/*', 'quay.io/kubernaut'],
    ['quay.io/kubernaut/**', 'quay.io/kubernaut'],
    ['quay.io/kubernaut/**', 'quay.io/kubernaut-evil/x'],
    ['quay.io/kubernaut/*', 'quay.io.evil.example/kubernaut/x'],
    ['quay.io/kubernaut/*', 'evil.example/quay.io/kubernaut/x'],
    ['quay.io/kubernaut/*', 'quay.io:8443/kubernaut/x'],
    ['quay.io/kubernaut/*', 'kubernaut/x'],
    ['quay.io/kubernaut/wf-*', 'quay.io/kubernaut/oomkill'],
    ['quay.io/kubernaut/ab*ba', 'quay.io/kubernaut/aba'],
    ['docker.io/kubernaut/*', 'docker.io.evil.example/kubernaut/x'],
    ['docker.io/library/*', 'evil/x'],
    ['docker.io/*', 'evil/x'],
    ['quay.io/**', 'ghcr.io/kubernaut/oomkill'],
    ['quay.io/**', 'kubernaut/oomkill'],
    ['quay.io/kubernaut/oomkill', 'ghcr.io/kubernaut/oomkill'],
    ['quay.io/kubernaut/wf-*-prod', 'quay.io/kubernaut/wf-oomkill-dev'],
    ['quay.io/kubernaut/wf-*-prod', 'quay.io/kubernaut/x-oomkill-prod'],
    ['quay.io/kubernaut/wf-*-prod', 'quay.io/kubernaut/wf-prod'],
    ['quay.io/team-*/**', 'quay.io/kubernaut/workflows/oomkill'],
  ])('%s rejects %s', (pattern, image) => {
    expect(isAllowed([pattern], image)).toBe(false);
  });

  it('allow a bundle if one pattern matches', () => {
    const bundles = ['quay.io/kubernaut/*', 'ghcr.io/acme/**'];
    for (const image of ['quay.io/kubernaut/oomkill', 'ghcr.io/acme/workflows/oomkill']) {
      expect(isAllowed(bundles, image)).toBe(true);
    }
    expect(isAllowed(bundles, 'quay.io/acme/workflows/oomkill')).toBe(false);
    for (const image of ['anything/at/all', 'not//readable']) expect(isAllowed([...bundles, '**'], image)).toBe(true);
  });

  it('match any part of a name with a star, and everything below with two stars', () => {
    const part = fc.constantFrom('a', 'b', 'ab', 'ba', 'aba', 'abba', '*', 'a*', '*a', 'a*b', 'b*a');
    const registry = fc.constantFrom('quay.io', 'ghcr.io', 'docker.io');
    const pattern = fc
      .tuple(registry, fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([host, parts, below]) => [host, ...parts, ...(below ? ['**'] : [])].join('/'));
    const image = fc
      .tuple(registry, fc.array(part, { minLength: 1, maxLength: 4 }))
      .map(([host, parts]) => [host, ...parts.map((name) => name.replace('*', ''))])
      .filter((parts) => !parts.includes(''))
      // Official images of Docker Hub, `docker.io/library/a`, are a separate case.
      .filter(([host, ...parts]) => host !== 'docker.io' || parts.length > 1)
      .map((parts) => parts.join('/'));
    const expressionOf = (text: string) =>
      new RegExp(`^${text.replaceAll('.', '[.]').replace(/[*]+/g, (stars) => (stars === '**' ? '.+' : '[^/]*'))}$`);
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), image, (patterns, text) => {
        fc.pre(!patterns.some((each) => each.split('/').length === 2 && each.startsWith('docker.io')));
        expect(isAllowed(patterns, text)).toBe(patterns.some((each) => expressionOf(each).test(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reject every other reference', () => {
    const pieces = [
      'quay.io',
      'QUAY.IO',
      'kubernaut',
      '-evil',
      'evil',
      '/',
      '//',
      '..',
      '.',
      ':',
      '@',
      '%2e',
      '\\',
      '\n',
    ];
    const hostile = fc.array(fc.constantFrom(...pieces, `@${digest}`), { maxLength: 8 }).map((parts) => parts.join(''));
    const oneOfOurs = /^quay\.io\/kubernaut\/[a-z0-9]+(([.]|__?|-+)[a-z0-9]+)*(:\w[\w.-]*)?(@sha256:[0-9a-f]{64})?$/;
    const image = fc.oneof(
      hostile,
      hostile.map((rest) => `quay.io/kubernaut/${rest}`),
    );
    fc.assert(
      fc.property(image, (text) => {
        const asWritten = text.replace(/^QUAY\.IO/, 'quay.io');
        expect(isAllowed(['quay.io/kubernaut/*'], text)).toBe(oneOfOurs.test(asWritten));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are named in the message', () => {
    const policy = aPolicy({ bundles: ['quay.io/kubernaut/*', 'ghcr.io/acme/**'] });
    expect(policyViolations(specOf('evil/x:v1'), 'payment', policy)).toEqual([
      {
        path: ['spec', 'workflowRef', 'containerImage'],
        rule: 'WFE_ALLOWED_BUNDLES',
        message:
          'must be from a repository in WFE_ALLOWED_BUNDLES (quay.io/kubernaut/*, ghcr.io/acme/**), but is docker.io/evil/x',
      },
    ]);
  });

  it('are limited to ten in the message', () => {
    const bundles = Array.from({ length: 12 }, (_, index) => `quay.io/team-${index}/*`);
    const [violation] = policyViolations(specOf('evil/x'), 'payment', aPolicy({ bundles }));
    expect(violation?.message).toContain('quay.io/team-9/* and 2 more)');
    const [ten] = policyViolations(specOf('evil/x'), 'payment', aPolicy({ bundles: bundles.slice(0, 10) }));
    expect(ten?.message).toContain('quay.io/team-9/*)');
  });

  it('are named for an invalid reference too', () => {
    const [violation] = policyViolations(
      specOf('quay.io//x'),
      'payment',
      aPolicy({ bundles: ['quay.io/kubernaut/*'] }),
    );
    expect(violation).toMatchObject({ rule: 'WFE_ALLOWED_BUNDLES', message: expect.not.stringContaining('it is ') });
    expect(violation?.message).toMatch(/ \(quay\.io\/kubernaut\/\*\), but is .+$/);
  });
});

describe('a digest', () => {
  it.each([
    ['in the image', `quay.io/kubernaut/oomkill:v1@${digest}`, undefined, 0],
    ['next to the image', 'quay.io/kubernaut/oomkill:v1', digest, 0],
    ['nowhere', 'quay.io/kubernaut/oomkill:v1', undefined, 1],
    ['in an unreadable form', 'quay.io/kubernaut/oomkill@sha256:0', undefined, 1],
  ])('%s', (_where, image, beside, violations) => {
    const found = policyViolations(specOf(image, beside), 'payment', aPolicy({ requireDigest: true }));
    expect(found.map(({ rule }) => rule)).toEqual(Array(violations).fill('WFE_REQUIRE_DIGEST'));
  });

  it('that is missing is reported by field', () => {
    const [violation] = policyViolations(specOf('quay.io/a/b'), 'payment', aPolicy({ requireDigest: true }));
    expect(violation?.path).toEqual(['spec', 'workflowRef', 'containerDigest']);
    expect(violation?.message).toMatch(/^must .+ containerImage .+ WFE_REQUIRE_DIGEST/);
  });

  it('is only required by the policy', () => {
    expect(policyViolations(specOf('quay.io/a/b'), 'payment', aPolicy({ requireDigest: false }))).toEqual([]);
  });
});

describe('the allowed ServiceAccounts', () => {
  const serviceAccounts = ['*:workflow-execution-sa', 'payment:remediator', 'team-*:wf-*'];
  const found = (namespace: string, serviceAccountName?: string) =>
    policyViolations(aSpec({ executionConfig: { serviceAccountName } }), namespace, aPolicy({ serviceAccounts }));

  it.each([
    ['checkout', 'workflow-execution-sa'],
    ['checkout', undefined],
    ['payment', 'remediator'],
    ['team-a', 'wf-restart'],
    ['team-', 'wf-'],
  ])('in %s allow %s', (namespace, name) => {
    expect(found(namespace, name)).toEqual([]);
  });

  it.each([
    ['checkout', 'remediator'],
    ['payment', 'cluster-admin'],
    ['team', 'wf-restart'],
    ['team-a', 'workflow-execution-sa-2'],
    ['checkout', 'wf-restart'],
    ['a-team-a', 'wf-restart'],
    ['team-a', 'restart-wf-'],
  ])('in %s reject %s', (namespace, name) => {
    expect(found(namespace, name)).toHaveLength(1);
  });

  it('of the namespace are named in the message', () => {
    expect(found('payment', 'admin')).toEqual([
      {
        path: ['spec', 'executionConfig', 'serviceAccountName'],
        rule: 'WFE_ALLOWED_SERVICE_ACCOUNTS',
        message:
          'must be in WFE_ALLOWED_SERVICE_ACCOUNTS for namespace payment ' +
          '(workflow-execution-sa, remediator), but is admin',
      },
    ]);
    const [none] = policyViolations(aSpec(), 'checkout', aPolicy({ serviceAccounts: ['payment:remediator'] }));
    expect(none?.message).toContain('for namespace checkout (none), but is workflow-execution-sa');
  });

  it('apply to an execution without a configuration', () => {
    expect(policyViolations(aSpec(), 'checkout', aPolicy({ serviceAccounts }))).toEqual([]);
  });
});

describe('a policy', () => {
  it('that is open has no violations', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (image, serviceAccountName) => {
        const spec = { ...specOf(image), executionConfig: { serviceAccountName } };
        expect(policyViolations(spec, 'payment', aPolicy())).toEqual([]);
      }),
    );
  });

  it('reports all violations', () => {
    const policy = aPolicy({ bundles: ['quay.io/a/*'], requireDigest: true, serviceAccounts: ['a:b'] });
    expect(policyViolations(specOf('b'), 'payment', policy)).toHaveLength(3);
  });
});

describe('the maximum timeout', () => {
  const policy = aPolicy({ maxTimeoutMs: 86_400_000 });

  it.each(['24h', '1440m', '1s', undefined])('allows %s', (timeout) => {
    expect(policyViolations(aSpec({ executionConfig: { timeout } }), 'payment', policy)).toEqual([]);
  });

  it('rejects a longer one with the limit', () => {
    expect(policyViolations(aSpec({ executionConfig: { timeout: '24h1ns' } }), 'payment', policy)).toEqual([
      {
        path: ['spec', 'executionConfig', 'timeout'],
        rule: 'WFE_MAX_TIMEOUT',
        message: 'must be at most 24h (WFE_MAX_TIMEOUT), but is 24h1ns',
      },
    ]);
  });
});
