import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { releaseExecutions } from '../../support/release-executions.ts';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';

/** The core resource Namespace, parsed for its header only. */
const namespaceResource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  parse: (raw: unknown) => raw as KubernetesObject, // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own namespace
};

/** A namespace for one test file, which isolates it from others. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
  /** Deletes it and releases its executions; the cluster does the rest while other tests run. */
  delete(): Promise<void>;
}

/** Creates a namespace with a unique name, `test-PURPOSE-RANDOM`. */
export async function createNamespace(client: KubernetesClient, purpose: string): Promise<TestNamespace> {
  const name = `test-${purpose}-${randomBytes(4).toString('hex')}`;
  await client.create(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const remove = async () => {
    await client.delete(namespaceResource, { name });
    // After that nothing can be created in it.
    await releaseExecutions(client, name);
  };
  return { name, delete: remove, [Symbol.asyncDispose]: remove };
}
