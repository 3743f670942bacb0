import { describe, expect, it } from '@jest/globals';
import { canonicalKind } from './kinds.ts';

/** NAME and SHORTNAMES of `kubectl api-resources`, and the kind in lower case. */
const resources = `
clusterrolebindings clusterrolebinding
clusterroles clusterrole
configmaps cm configmap
cronjobs cj cronjob
customresourcedefinitions crd crds customresourcedefinition
daemonsets ds daemonset
deployments deploy deployment
endpoints ep endpoints
endpointslices endpointslice
events ev event
horizontalpodautoscalers hpa horizontalpodautoscaler
ingressclasses ingressclass
ingresses ing ingress
jobs job
leases lease
limitranges limits limitrange
namespaces ns namespace
networkpolicies netpol networkpolicy
nodes no node
persistentvolumeclaims pvc persistentvolumeclaim
persistentvolumes pv persistentvolume
poddisruptionbudgets pdb poddisruptionbudget
pods po pod
priorityclasses pc priorityclass
replicasets rs replicaset
replicationcontrollers rc replicationcontroller
resourcequotas quota resourcequota
rolebindings rolebinding
roles role
secrets secret
serviceaccounts sa serviceaccount
services svc service
statefulsets sts statefulset
storageclasses sc storageclass
`;
const rows = resources.trim().split('\n');

describe('the kind of a target', () => {
  it.each(rows)('%s is one kind, named by the last', (row) => {
    const names = row.split(' ');
    const kind = names.at(-1);
    expect(names.map(canonicalKind)).toEqual(names.map(() => kind));
  });

  it.each(['kafkatopic', 'kafkatopics', '', 'constructor'])('%j is unknown, and is kept as it is', (name) => {
    expect(canonicalKind(name)).toBe(name);
  });
});
