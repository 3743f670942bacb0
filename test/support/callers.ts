import { InterceptingCall } from '@grpc/grpc-js';
import type { Interceptor } from '@grpc/grpc-js';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { AlreadyExistsError } from '../../src/kubernetes/errors.ts';
import { recordOf, stringOf } from '../../src/kubernetes/json.ts';
import type { KubernetesObject } from '../../src/kubernetes/kubernetes-object.ts';

/** A caller of the API. */
export interface TestCaller {
  /** Its username: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly username: string;
  readonly token: string;
}

/** Options of a caller. */
export interface CallerOptions {
  readonly namespace: string;
  readonly name: string;
  /** Of the token; default `workflow-execution`. */
  readonly audience?: string;
}

const parse = (raw: unknown) => raw as KubernetesObject; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', parse };
const serviceAccounts = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', parse };
const clusterRoleBindings = { ...rbac, plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false };
const roleBindings = { ...rbac, plural: 'rolebindings', kind: 'RoleBinding', namespaced: true };

/** Creates a ServiceAccount without permissions if needed, and returns it with a token. */
export async function callerOf(client: KubernetesClient, options: CallerOptions): Promise<TestCaller> {
  const { namespace, name, audience = 'workflow-execution' } = options;
  await createIfMissing(client, { ...serviceAccounts, namespaced: true }, { namespace, name });
  const tokens = {
    group: '',
    version: 'v1',
    plural: `serviceaccounts/${name}/token`,
    kind: 'TokenRequest',
    namespaced: true,
    parse,
  };
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { namespace },
    spec: { audiences: [audience], expirationSeconds: 86_400 },
  };
  const answer = recordOf(await client.create(tokens, request));
  const token = stringOf(recordOf(answer['status'])['token']);
  if (token === undefined) throw new Error(`no token was given for ${namespace}/${name}`);
  return { username: `system:serviceaccount:${namespace}:${name}`, token };
}

/**
 * Binds a ServiceAccount to a ClusterRole, in one namespace or everywhere. Takes effect after a moment.
 *
 * @returns removes the binding
 */
export async function bind(
  client: KubernetesClient,
  role: string,
  { namespace, name }: CallerOptions,
  where: { readonly namespace: string } | 'everywhere',
): Promise<() => Promise<void>> {
  const everywhere = where === 'everywhere';
  const metadata = { name: `${role}-${namespace}-${name}`, ...(everywhere ? {} : { namespace: where.namespace }) };
  const resource = everywhere ? clusterRoleBindings : roleBindings;
  await createIfMissing(client, resource, metadata, {
    roleRef: { apiGroup: rbac.group, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
  return () => client.delete(resource, metadata);
}

async function createIfMissing(
  client: KubernetesClient,
  resource: Parameters<KubernetesClient['create']>[0],
  metadata: { readonly name: string; readonly namespace?: string },
  more: object = {},
): Promise<void> {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  try {
    await client.create(resource, { apiVersion, kind: resource.kind, metadata, ...more });
  } catch (error) {
    if (!(error instanceof AlreadyExistsError)) throw error;
  }
}

let operator: Promise<TestCaller> | undefined;

/** A caller with all permissions on executions everywhere; one per test file. */
export function operatorCaller(client: KubernetesClient): Promise<TestCaller> {
  operator ??= makeOperator(client);
  return operator;
}

async function makeOperator(client: KubernetesClient): Promise<TestCaller> {
  const options = { namespace: 'default', name: 'test-operator' };
  const caller = await callerOf(client, options);
  await bind(client, 'workflow-execution-operator', options, 'everywhere');
  return caller;
}

/** Sends the token with every call of a gRPC client; over plaintext grpc-js takes no call credentials. */
export function withToken(token: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}
