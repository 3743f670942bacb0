import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { releaseExecutions } from '../../support/release-executions.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';

/** The core resource Namespace; of what the server sends only that it is an object is relied on. */
const namespaceResource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  parse: (raw: unknown) => raw as KubernetesObject, // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own namespace
};

/** A namespace of a test's own, so that tests on one cluster do not meet. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
  /** Asks for its deletion, and lets go of the executions in it; the cluster does the rest while other tests go on. */
  delete(): Promise<void>;
}

/** Creates a namespace with a name that nobody else has, `test-PURPOSE-RANDOM`. */
export async function createNamespace(client: KubernetesClient, purpose: string): Promise<TestNamespace> {
  const name = `test-${purpose}-${randomBytes(4).toString('hex')}`;
  await client.create(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const remove = async () => {
    await client.delete(namespaceResource, { name });
    // After that nothing can be created there any more.
    await releaseExecutions(client, name);
  };
  return { name, delete: remove, [Symbol.asyncDispose]: remove };
}
