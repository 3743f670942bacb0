import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer } from '../load/api-server.ts';

/** Token audience of the service. */
const audience = 'workflow-execution';
const rbac = 'rbac.authorization.k8s.io';
/** Poll interval in milliseconds for permissions to take effect, and maximum number of polls. */
const [pollEveryMs, maxPolls] = [50, 200];

/** Settings for a single caller, who is otherwise limited to 100 calls per second. */
export const oneCallerForAll = { WFE_RATE_LIMIT: '100000', WFE_RATE_BURST: '100000' };

/** A caller with all permissions on executions and targets. */
export interface Caller {
  /** Creates a new token, whose review is not cached. */
  readonly token: () => Promise<string>;
}

/** Creates a caller; its permissions are effective when this resolves. */
export async function makeCaller(api: ApiServer, namespace: string, name: string): Promise<Caller> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const bindings = `/apis/${rbac}/v1/clusterrolebindings`;
  await api.must('POST', accounts, { metadata: { name } });
  await api.must('POST', bindings, {
    metadata: { name: `${namespace}-${name}` },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'workflow-execution-operator' },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
  await waitUntilAllowed(api, namespace, name);
  return {
    async token() {
      const spec = { audiences: [audience], expirationSeconds: 86_400 };
      const path = `${accounts}/${name}/token`;
      const { status } = await api.must<{ status: { token: string } }>('POST', path, { spec });
      return status.token;
    },
  };
}

/** The API server's authorizer observes a RoleBinding by a watch; the service would cache an earlier refusal. */
async function waitUntilAllowed(api: ApiServer, namespace: string, name: string): Promise<void> {
  const attributes = { group: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions', verb: 'create' };
  const spec = {
    user: `system:serviceaccount:${namespace}:${name}`,
    resourceAttributes: { ...attributes, namespace },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  for (let polls = 0; polls < maxPolls; polls += 1) {
    const review = await api.must<{ status: { allowed: boolean } }>('POST', path, { spec });
    if (review.status.allowed) return;
    await delay(pollEveryMs);
  }
  throw new Error(`${name} did not get its permissions in ${namespace}`);
}
