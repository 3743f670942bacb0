import { at } from '../../cluster/json.ts';
import { serviceAccounts, systemNamespace } from '../../support/service-account.ts';
import type { ChaosOptions } from '../chaos.ts';
import type { RetryingApi } from './retrying-api.ts';

/** Permissions of a process with both roles on the service's objects in its own namespace. */
const shipped = ['api', 'controller'].map((role) => ({
  namespace: systemNamespace,
  name: `workflow-execution-${role}`,
}));
/** Permissions on the cluster Lease. */
const clusterLease = { namespace: 'kube-system', name: 'workflow-execution-installation' } as const;
/** A process with both roles. */
const subjects = [{ kind: 'ServiceAccount', namespace: systemNamespace, name: serviceAccounts.both }];

const rbac = 'rbac.authorization.k8s.io/v1';

/** The namespaces of a chaos run. */
export interface ChaosNamespaces {
  readonly executions: readonly string[];
  /** Where the service keeps its locks. */
  readonly service: string;
}

/** The namespace names of a chaos run. */
export function namesOf({ size, shared }: ChaosOptions): ChaosNamespaces {
  const executions = Array.from({ length: size.namespaces }, (_, index) => `chaos-${size.seed}-${index + 1}`);
  return { executions, service: shared === true ? `chaos-${size.seed}-system` : systemNamespace };
}

/**
 * Creates the namespaces of a chaos run, with the shipped permissions for the service in its own one.
 *
 * @throws Error if one exists
 */
export async function createNamespaces(api: RetryingApi, { executions, service }: ChaosNamespaces): Promise<void> {
  for (const name of executions) {
    await create(api, '/api/v1/namespaces', { metadata: { name } });
    // The default ServiceAccount of workflows.
    const path = `/api/v1/namespaces/${name}/serviceaccounts`;
    await create(api, path, { metadata: { name: 'workflow-execution-sa' } });
  }
  if (service === systemNamespace) return;
  await create(api, '/api/v1/namespaces', { metadata: { name: service } });
  for (const { namespace, name } of [...shipped, clusterLease]) {
    const metadata = { name };
    const { body } = await api.call('GET', `/apis/${rbac}/namespaces/${namespace}/roles/${name}`);
    await create(api, `/apis/${rbac}/namespaces/${service}/roles`, { metadata, rules: at(body, 'rules') });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
    await create(api, `/apis/${rbac}/namespaces/${service}/rolebindings`, { metadata, roleRef, subjects });
  }
}

/** The ServiceAccount that calls the execution API. */
const submitter = 'chaos-submitter';

/**
 * Creates a ServiceAccount that may create executions on any target.
 *
 * @returns its token, with the execution API's audience
 */
export async function createSubmitter(api: RetryingApi, { executions }: ChaosNamespaces): Promise<string> {
  const [namespace = ''] = executions;
  return createOperator(api, namespace, submitter);
}

/** Creates a ServiceAccount that may do everything with executions; returns its token, with the execution API's audience. */
export async function createOperator(api: RetryingApi, namespace: string, name: string): Promise<string> {
  const token = await createCaller(api, namespace, name);
  await create(api, `/apis/${rbac}/clusterrolebindings`, {
    metadata: { name: `${name}-${namespace}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'workflow-execution-operator' },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
  return token;
}

/** Creates a ServiceAccount without rights; returns its token, with the execution API's audience. */
export async function createCaller(api: RetryingApi, namespace: string, name: string): Promise<string> {
  await create(api, `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const spec = { audiences: ['workflow-execution'], expirationSeconds: 86_400 };
  const { body } = await api.call('POST', path, { spec });
  const token = at(body, 'status', 'token');
  if (typeof token !== 'string') throw new Error(`POST ${path}: no token was given`);
  return token;
}

async function create(api: RetryingApi, path: string, object: object): Promise<void> {
  const { status, text } = await api.call('POST', path, object);
  if (status !== 201) throw new Error(`POST ${path}: ${text}`);
}
