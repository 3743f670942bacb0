import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, NotFoundError, UnavailableError } from '../../kubernetes/errors.ts';
import type { FakeRequest } from '../../kubernetes/fake-api-server.builders.ts';
import { maxResolutions, rememberedBundles } from '../../config/limits.ts';
import { bundle, digestHex, failedWith, FakeTekton, pinned } from './preflight.builders.ts';

const byTag = bundle('quay.io/kubernaut/oomkill:v1');

/** Fails requests of one verb. */
function failing(verb: FakeRequest['verb'], error: Error) {
  return { before: (request: FakeRequest) => (request.verb === verb ? Promise.reject(error) : undefined) };
}

describe('the resolution of a bundle', () => {
  it('is the Pipeline and the digest that Tekton found', async () => {
    const tekton = new FakeTekton();

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.answer({ tasks: [{ name: 'restart' }] });

    await expect(resolving).resolves.toEqual({
      kind: 'resolved',
      pipeline: { params: [], workspaces: [], tasks: ['restart'] },
      digest: `sha256:${digestHex}`,
    });
  });

  it('fails with the message of Tekton', async () => {
    const tekton = new FakeTekton();

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.answer({}, failedWith('MANIFEST_UNKNOWN'));

    await expect(resolving).resolves.toEqual({ kind: 'failed', message: 'cannot be resolved: MANIFEST_UNKNOWN' });
  });

  it('is one request for concurrent calls', async () => {
    const tekton = new FakeTekton();

    const resolving = [byTag, byTag, byTag].map((one) => tekton.resolver.resolve(one));
    await tekton.answer();

    expect((await Promise.all(resolving)).map(({ kind }) => kind)).toEqual(['resolved', 'resolved', 'resolved']);
    expect(tekton.created).toBe(1);
  });

  it('leaves no ResolutionRequest behind', async () => {
    const tekton = new FakeTekton();
    void tekton.resolver.resolve(byTag);
    await tekton.answer();
    void tekton.resolver.resolve(byTag);
    await tekton.answer({}, failedWith('no'));
    void tekton.resolver.resolve(byTag);
    await tekton.clock.advance(10_000);

    expect(tekton.created).toBe(3);
    expect(tekton.requests).toEqual([]);
    expect(tekton.clock.pending).toBe(0);
  });

  it.each(['before', 'after'] as const)('leaves none behind that is created late (%s)', async (when) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tekton = new FakeTekton({ [when]: ({ verb }: FakeRequest) => (verb === 'create' ? promise : undefined) });

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.clock.advance(10_000);
    await expect(resolving).resolves.toHaveProperty('kind', 'unknown');
    resolve();
    await tekton.clock.advance(0);

    expect([tekton.created, tekton.requests]).toEqual([1, []]);
  });

  it('leaves none behind whose creation has failed without an answer', async () => {
    const lost = {
      after: ({ verb }: FakeRequest) => (verb === 'create' ? Promise.reject(new UnavailableError('reset')) : undefined),
    };
    const tekton = new FakeTekton(lost);

    await expect(tekton.resolver.resolve(byTag)).resolves.toHaveProperty('kind', 'unknown');
    await tekton.clock.advance(0);

    expect([tekton.created, tekton.requests]).toEqual([1, []]);
  });

  it('is unknown if Tekton does not answer in time', async () => {
    const tekton = new FakeTekton({}, 3_000);

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.clock.advance(3_000);

    await expect(resolving).resolves.toEqual({
      kind: 'unknown',
      message: 'Tekton has not resolved the bundle within 3s (WFE_PREFLIGHT_TIMEOUT)',
    });
  });

  it.each([
    ['create', 'Forbidden', new ForbiddenError('no'), 'the cluster denies this service ResolutionRequests of Tekton'],
    [
      'create',
      'NotFound',
      new NotFoundError('no'),
      'the cluster does not have ResolutionRequests of Tekton, or this one is gone',
    ],
    ['get', 'Unavailable', new UnavailableError('connect'), 'the cluster cannot be reached'],
  ] as const)('is unknown if %s fails with %s', async (verb, _, error, message) => {
    const tekton = new FakeTekton(failing(verb, error));

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.clock.advance(1_000);

    await expect(resolving).resolves.toEqual({ kind: 'unknown', message });
    expect(tekton.requests).toEqual([]);
  });

  it('does not depend on the deletion of its request', async () => {
    const tekton = new FakeTekton(failing('delete', new UnavailableError('connect')));

    const resolving = tekton.resolver.resolve(byTag);
    await tekton.answer();

    await expect(resolving).resolves.toHaveProperty('kind', 'resolved');
  });

  it('waits for its turn, within the same time', async () => {
    const tekton = new FakeTekton();
    const bundles = Array.from({ length: maxResolutions.total + 1 }, (_, at) => bundle(`quay.io/kubernaut/w${at}:v1`));

    const resolving = bundles.map((one) => tekton.resolver.resolve(one));
    await tekton.clock.advance(0);
    const first = tekton.created;
    await tekton.answer();
    const all = tekton.created;
    await tekton.clock.advance(10_000);

    expect([first, all]).toEqual([maxResolutions.total, maxResolutions.total + 1]);
    expect(await resolving.at(-1)).toMatchObject({ kind: 'unknown', message: expect.stringContaining('within 10s') });
  });

  it('ends at shutdown, with its request', async () => {
    const tekton = new FakeTekton();
    const resolving = tekton.resolver.resolve(byTag);
    await tekton.clock.advance(0);

    await tekton.resolver.onApplicationShutdown();

    await expect(resolving).resolves.toEqual({ kind: 'unknown', message: 'this replica is shutting down' });
    expect([tekton.created, tekton.requests]).toEqual([1, []]);
  });
});

describe('a remembered bundle', () => {
  it('is pinned by digest, and resolved again after an hour', async () => {
    const tekton = new FakeTekton();
    void tekton.resolver.resolve(pinned);
    await tekton.answer();

    await expect(tekton.resolver.resolve(pinned)).resolves.toHaveProperty('kind', 'resolved');
    await expect(tekton.resolver.remembered(pinned)).resolves.toHaveProperty('kind', 'resolved');
    const before = tekton.created;
    await tekton.clock.advance(rememberedBundles.ttlMs);

    await expect(tekton.resolver.remembered(pinned)).resolves.toBeUndefined();
    void tekton.resolver.resolve(pinned);
    await tekton.answer();
    expect([before, tekton.created]).toEqual([1, 2]);
  });

  it.each([
    ['found by tag', byTag, {}],
    ['that is large', pinned, { description: 'x'.repeat(rememberedBundles.maxLength) }],
  ])('is not one %s', async (_, one, spec) => {
    const tekton = new FakeTekton();
    void tekton.resolver.resolve(one);
    await tekton.answer(spec);

    await expect(tekton.resolver.remembered(one)).resolves.toBeUndefined();
  });

  it('is not used for another namespace or ServiceAccount', async () => {
    const tekton = new FakeTekton();
    void tekton.resolver.resolve(pinned);
    await tekton.answer();
    const params = [...pinned.pipelineRef.params.slice(0, -1), { name: 'serviceAccount', value: 'another' }];

    await expect(tekton.resolver.remembered({ ...pinned, namespace: 'billing' })).resolves.toBeUndefined();
    await expect(
      tekton.resolver.remembered({ ...pinned, pipelineRef: { ...pinned.pipelineRef, params } }),
    ).resolves.toBeUndefined();
  });

  it('is not waited for while it is being resolved', async () => {
    const tekton = new FakeTekton();
    void tekton.resolver.resolve(pinned);

    await expect(tekton.resolver.remembered(pinned)).resolves.toBeUndefined();
  });
});
