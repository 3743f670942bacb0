import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from './client.ts';
import { AlreadyExistsError, ConflictError, InvalidError, NotFoundError } from './errors.ts';
import { leaseResource, type Lease } from './lease.ts';

/** The environment of the cases: a client, and an existing namespace. */
export interface ContractServer {
  readonly client: KubernetesClient;
  readonly namespace: string;
}

/**
 * What the lock and the reconciler rely on when they write: how an API server answers if an object exists already, has
 * changed or was deleted. A unit spec runs the cases on {@link FakeApiServer}, an integration spec on kube-apiserver.
 */
export function describeApiServerContract(server: () => ContractServer): void {
  const aKey = () => ({ namespace: server().namespace, name: `contract-${randomUUID()}` });
  const aLease = (metadata: ReturnType<typeof aKey> & object) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: { holderIdentity: 'a' },
  });
  const create = (key = aKey(), more: object = {}) =>
    server().client.create(leaseResource, aLease({ ...key, ...more }));
  const patch = (key: { namespace?: string; name: string }, body: object) =>
    server().client.patch(leaseResource, key, body);
  const read = ({ metadata }: Lease) => server().client.get(leaseResource, metadata);
  /** An object that has changed once since `first`, with both states. */
  const changed = async () => {
    const first = await create();
    return { first, now: await patch(first.metadata, { spec: { holderIdentity: 'b' } }) };
  };

  describe('create', () => {
    it('returns the object with a UID, a resource version and a creation time', async () => {
      const { metadata, spec } = await create();
      expect(metadata.uid).toMatch(/^[-0-9a-f]{36}$/);
      expect(metadata.resourceVersion).toMatch(/^[1-9][0-9]*$/);
      expect(metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(spec).toEqual({ holderIdentity: 'a' });
    });

    it('of an existing name fails with AlreadyExists and changes nothing', async () => {
      const first = await create();
      const again = create({ namespace: server().namespace, name: first.metadata.name });
      await expect(again).rejects.toThrow(AlreadyExistsError);
      await expect(again).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' });
      await expect(read(first)).resolves.toEqual(first);
    });

    it('with a resource version fails with 500', async () => {
      await expect(create(aKey(), { resourceVersion: '1' })).rejects.toMatchObject({ status: 500 });
    });

    it('ignores a given UID', async () => {
      const uid = randomUUID();
      expect((await create(aKey(), { uid })).metadata.uid).not.toBe(uid);
    });

    it.each([
      ['a name in upper case', { metadata: { name: 'A' } }, 422],
      ['a label value with a slash', { metadata: { labels: { a: 'b/c' } } }, 422],
      ['annotations of more than 256 KiB', { metadata: { annotations: { a: 'x'.repeat(256 * 1024) } } }, 422],
      ['an annotation that is a number', { metadata: { annotations: { a: 5 } } }, 400],
      ['a time in whole seconds', { spec: { acquireTime: '2026-01-02T03:04:05Z' } }, 400],
      ['a time in milliseconds', { spec: { renewTime: '2026-01-02T03:04:05.678Z' } }, 400],
      ['a duration of 0 s', { spec: { leaseDurationSeconds: 0 } }, 422],
    ])(
      'with %s fails with Invalid',
      async (_, { metadata = {}, spec = {} }: { metadata?: object; spec?: object }, status) => {
        const lease = aLease({ ...aKey(), ...metadata });
        const creation = server().client.create(leaseResource, { ...lease, spec });
        await expect(creation).rejects.toThrow(InvalidError);
        await expect(creation).rejects.toMatchObject({ status });
      },
    );
  });

  describe('patch', () => {
    it('on the current resource version changes only the given fields', async () => {
      const { now } = await changed();
      const { uid, resourceVersion } = now.metadata;
      const next = await patch(now.metadata, {
        metadata: { uid, resourceVersion, annotations: { 'kubernaut.ai/a': 'b' } },
        spec: { holderIdentity: null },
      });
      expect(next.spec).toEqual({});
      expect(next.metadata).toMatchObject({ uid, annotations: { 'kubernaut.ai/a': 'b' } });
      expect(BigInt(next.metadata.resourceVersion)).toBeGreaterThan(BigInt(resourceVersion));
    });

    it('on an older resource version fails with Conflict and changes nothing', async () => {
      const { first, now } = await changed();
      const { resourceVersion } = first.metadata;
      const late = patch(first.metadata, { metadata: { resourceVersion }, spec: { holderIdentity: 'c' } });
      await expect(late).rejects.toThrow(ConflictError);
      await expect(late).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
      await expect(read(first)).resolves.toEqual(now);
    });

    it('on an older resource version fails with Conflict even if it would change nothing', async () => {
      const { first, now } = await changed();
      const { resourceVersion } = first.metadata;
      await expect(patch(first.metadata, { metadata: { resourceVersion }, spec: now.spec })).rejects.toThrow(
        ConflictError,
      );
    });

    it('without a resource version is unconditional', async () => {
      const { first } = await changed();
      const next = await patch(first.metadata, { spec: { holderIdentity: 'c' } });
      expect(next.spec).toEqual({ holderIdentity: 'c' });
    });

    it.each([
      ['', 422],
      [null, 422],
      ['0', 422],
      ['abc', 500],
    ])('with the resource version %j fails with %i and changes nothing', async (resourceVersion, status) => {
      const { now } = await changed();
      const wrong = patch(now.metadata, { metadata: { resourceVersion }, spec: { holderIdentity: 'c' } });
      await expect(wrong).rejects.toMatchObject({ status });
      await expect(read(now)).resolves.toEqual(now);
    });

    it('with another UID fails with Invalid and changes nothing', async () => {
      const { now } = await changed();
      const wrong = patch(now.metadata, { metadata: { uid: randomUUID() }, spec: { holderIdentity: 'c' } });
      await expect(wrong).rejects.toThrow(InvalidError);
      await expect(read(now)).resolves.toEqual(now);
    });

    it('for a recreated object fails with Conflict and changes nothing', async () => {
      const { now } = await changed();
      await server().client.delete(leaseResource, now.metadata);
      const another = await create({ namespace: server().namespace, name: now.metadata.name });
      const { uid, resourceVersion } = now.metadata;
      await expect(patch(now.metadata, { metadata: { uid, resourceVersion }, spec: {} })).rejects.toThrow(
        ConflictError,
      );
      await expect(read(now)).resolves.toEqual(another);
    });

    it('that changes nothing keeps the resource version', async () => {
      const { now } = await changed();
      const { uid, resourceVersion } = now.metadata;
      await expect(patch(now.metadata, { metadata: { uid, resourceVersion }, spec: now.spec })).resolves.toEqual(now);
    });

    it('of a missing object fails with NotFound', async () => {
      const missing = patch(aKey(), { metadata: { resourceVersion: '1' }, spec: {} });
      await expect(missing).rejects.toThrow(NotFoundError);
      await expect(missing).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
    });
  });

  describe('JSON patch', () => {
    const finalizers = ['kubernaut.ai/a', 'kubernaut.ai/b'];
    const testThen = (value: string, ...operations: readonly object[]) => [
      { op: 'test', path: '/metadata/finalizers/0', value },
      ...operations,
    ];
    const remove = { op: 'remove', path: '/metadata/finalizers/0' };
    const apply = (lease: Lease, operations: readonly object[], dryRun = false) =>
      server().client.patch(leaseResource, lease.metadata, operations, { type: 'json', dryRun });

    it('removes a list item that it tests', async () => {
      const lease = await create(aKey(), { finalizers });
      const next = await apply(lease, testThen('kubernaut.ai/a', remove));
      expect(next.metadata.finalizers).toEqual(['kubernaut.ai/b']);
      await patch(lease.metadata, { metadata: { finalizers: null } });
    });

    it('with a failed test is Invalid and changes nothing', async () => {
      const lease = await create(aKey(), { finalizers });
      const wrong = apply(lease, testThen('kubernaut.ai/b', remove));
      await expect(wrong).rejects.toThrow(InvalidError);
      await expect(read(lease)).resolves.toEqual(lease);
      await patch(lease.metadata, { metadata: { finalizers: null } });
    });

    it('with an unknown operation is Invalid', async () => {
      const lease = await create(aKey(), { finalizers });
      const wrong = apply(lease, [{ op: '', path: '/metadata/finalizers/0', value: 'kubernaut.ai/a' }]);
      await expect(wrong).rejects.toThrow(InvalidError);
      await patch(lease.metadata, { metadata: { finalizers: null } });
    });

    it('as a dry run returns the result and changes nothing', async () => {
      const lease = await create();
      const operations = [{ op: 'replace', path: '/spec', value: { holderIdentity: 'b' } }];
      const next = await apply(lease, operations, true);
      expect(next.spec).toEqual({ holderIdentity: 'b' });
      await expect(read(lease)).resolves.toEqual(lease);
    });
  });

  describe('delete', () => {
    it('with matching preconditions removes the object and frees the name', async () => {
      const { now } = await changed();
      const { uid, resourceVersion } = now.metadata;
      await server().client.delete(leaseResource, now.metadata, { preconditions: { uid, resourceVersion } });
      await expect(read(now)).rejects.toThrow(NotFoundError);
      const another = await create({ namespace: server().namespace, name: now.metadata.name });
      expect(another.metadata.uid).not.toBe(uid);
    });

    it.each([
      ['an older resource version', 'resourceVersion'],
      ['another UID', 'uid'],
    ])('with %s fails with Conflict and removes nothing', async (_, field) => {
      const { first, now } = await changed();
      const preconditions = { resourceVersion: first.metadata.resourceVersion, uid: randomUUID() };
      const wrong = server().client.delete(leaseResource, now.metadata, {
        preconditions:
          field === 'uid' ? { uid: preconditions.uid } : { resourceVersion: preconditions.resourceVersion },
      });
      await expect(wrong).rejects.toThrow(ConflictError);
      await expect(read(now)).resolves.toEqual(now);
    });

    it('of a missing object fails with NotFound', async () => {
      await expect(server().client.delete(leaseResource, aKey())).rejects.toThrow(NotFoundError);
    });

    it('of an object with a finalizer marks it; removing the last finalizer deletes it', async () => {
      const guarded = await create(aKey(), { finalizers: ['kubernaut.ai/test'] });
      await server().client.delete(leaseResource, guarded.metadata);
      const ending = await read(guarded);
      expect(ending.metadata.deletionTimestamp).toBeDefined();
      const { resourceVersion } = ending.metadata;
      await patch(guarded.metadata, { metadata: { resourceVersion, finalizers: [] } });
      await expect(read(guarded)).rejects.toThrow(NotFoundError);
    });
  });

  it('find returns undefined for a missing object', async () => {
    await expect(server().client.find(leaseResource, aKey())).resolves.toBeUndefined();
  });

  it('a list of metadata without objects is empty', async () => {
    const query = { namespace: server().namespace, labelSelector: 'kubernaut.ai/contract=none' };
    const { items } = await server().client.listRaw(leaseResource, query, { metadataOnly: true });
    expect(items).toEqual([]);
  });

  it('list returns the objects of a label selector, page by page', async () => {
    const label = `contract-${randomUUID()}`;
    const labels = { 'kubernaut.ai/contract': label };
    await create();
    const names = [await create(aKey(), { labels }), await create(aKey(), { labels })].map(
      ({ metadata }) => metadata.name,
    );
    const query = { namespace: server().namespace, labelSelector: `kubernaut.ai/contract=${label}`, limit: 1 };
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await server().client.list(leaseResource, { ...query, continue: token });
      expect(page.items.length).toBeLessThanOrEqual(1);
      found.push(...page.items.map(({ metadata }) => metadata.name));
      token = page.continue;
    } while (token !== undefined);
    expect(found.toSorted()).toEqual(names.toSorted());
  });
}
