import { describe, expect, it } from '@jest/globals';
import { Authorizer } from '../../../src/auth/authorizer.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { serviceAccounts, systemNamespace } from '../../support/service-account.ts';
import { sharedCluster } from '../support/cluster.ts';

// Unused rights are found in the audit log of a complete test run (test/rights). These tests check the separation of the
// roles.

const authorizer = new Authorizer(new KubernetesClient(sharedCluster()), { authCacheMs: 0 });

function may(role: 'api' | 'controller', verb: string, resource: string, group: string): Promise<boolean> {
  const [plural = '', subresource] = resource.split('/');
  const username = `system:serviceaccount:${systemNamespace}:${serviceAccounts[role]}`;
  const access = { group, resource: plural, subresource, verb, namespace: systemNamespace };
  return authorizer.allows({ username, groups: [], extra: {} }, access);
}

describe.each([
  ['create', 'workflowexecutions', 'workflowexecution.kubernaut.ai', 'api'],
  ['get', 'pods/log', '', 'api'],
  ['create', 'tokenreviews', 'authentication.k8s.io', 'api'],
  ['create', 'subjectaccessreviews', 'authorization.k8s.io', 'api'],
  ['patch', 'workflowexecutions/status', 'workflowexecution.kubernaut.ai', 'controller'],
  ['create', 'pipelineruns', 'tekton.dev', 'controller'],
  ['patch', 'pipelineruns', 'tekton.dev', 'controller'],
  ['patch', 'taskruns', 'tekton.dev', 'controller'],
  ['patch', 'customruns', 'tekton.dev', 'controller'],
  ['update', 'leases', 'coordination.k8s.io', 'controller'],
  ['create', 'events', 'events.k8s.io', 'controller'],
] as const)('the permission to %s %s', (verb, resource, group, role) => {
  it(`is one of the ${role} only`, async () => {
    await expect(may('api', verb, resource, group)).resolves.toBe(role === 'api');
    await expect(may('controller', verb, resource, group)).resolves.toBe(role === 'controller');
  });
});
