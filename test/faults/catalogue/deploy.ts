import type { Fault } from '../fault.ts';

/** Faults of the manifests. */
export const deployFaults: readonly Fault[] = [
  {
    name: 'the controller lacks the permission for blocking owner references, which OpenShift requires',
    file: 'deploy/base/controller/role.yaml',
    find: 'resources: [workflowexecutions/finalizers]\n    verbs: [update]',
    replace: 'resources: [workflowexecutions/finalizers]\n    verbs: [get]',
    caughtBy: ['test/rights/check-rules.spec.ts'],
  },
  {
    name: 'a process with both roles lacks the rights of the controller',
    file: 'deploy/components/one-process/service-account.yaml',
    find: 'kind: ClusterRole\n  name: workflow-execution-controller\n',
    replace: 'kind: ClusterRole\n  name: workflow-execution-api\n',
    caughtBy: ['test/rights/check-rules.spec.ts'],
  },
  {
    name: 'the alert for a missing controller uses a series that does not exist',
    file: 'deploy/components/monitoring/rules.yaml',
    find: 'absent(leader_election_master_status{job="workflow-execution"})',
    replace: 'absent(leader_election_status{job="workflow-execution"})',
    caughtBy: ['test/prometheus/queries.spec.ts'],
  },
  {
    name: 'every user may set the fingerprint of a request',
    file: 'deploy/base/attestation.yaml',
    find: "'workflowexecution.kubernaut.ai/request-fingerprint', ",
    replace: '',
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'all verbs in one namespace allow targets in other namespaces',
    file: 'deploy/base/remediation.yaml',
    find: "variables.executions.check('attest')",
    replace: "variables.executions.namespace(request.namespace).check('attest')",
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'a policy that cannot be evaluated allows everything',
    file: 'deploy/base/remediation.yaml',
    find: 'failurePolicy: Fail',
    replace: 'failurePolicy: Ignore',
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'both replicas of the API may be evicted together',
    file: 'deploy/base/api/disruption-budget.yaml',
    find: 'maxUnavailable: 1',
    replace: 'maxUnavailable: 2',
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'data storage refuses the token of the controller',
    file: 'deploy/base/controller/deployment.yaml',
    find: '                  expirationSeconds: 3600\n',
    replace: '                  expirationSeconds: 3600\n                  audience: data-storage\n',
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'the gRPC port is not reachable',
    file: 'deploy/base/api/network-policy.yaml',
    find: '        - port: grpc\n',
    replace: '',
    caughtBy: ['test/integration/deploy/base.spec.ts'],
  },
  {
    name: 'the image is built from unpinned bases',
    file: 'Dockerfile',
    find: 'FROM ${RUNTIME_BASE}@${RUNTIME_DIGEST}',
    replace: 'FROM ${RUNTIME_BASE}',
    caughtBy: ['test/image/dockerfiles.spec.ts'],
  },
];
