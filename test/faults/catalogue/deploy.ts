import type { Fault } from '../fault.ts';

/** Faults of the manifests. */
export const deployFaults: readonly Fault[] = [
  {
    name: 'a process with both roles lacks the rights of the controller',
    file: 'deploy/components/one-process/service-account.yaml',
    find: 'kind: ClusterRole\n  name: workflow-execution-controller\n',
    replace: 'kind: ClusterRole\n  name: workflow-execution-api\n',
    caughtBy: ['test/rights/judge.spec.ts'],
  },
  {
    name: 'the alert for a missing controller asks for a series that does not exist',
    file: 'deploy/overlays/monitoring/rules.yaml',
    find: 'absent(leader_election_master_status{job="workflow-execution"})',
    replace: 'absent(leader_election_status{job="workflow-execution"})',
    caughtBy: ['test/prometheus/queries.spec.ts'],
  },
];
