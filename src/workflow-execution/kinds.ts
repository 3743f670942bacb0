/**
 * The kinds that every cluster has, each with the other names that kubectl takes for it: plural, then short ones
 * (`kubectl api-resources`). Targets may be written with any of them, and all mean the same target.
 */
const builtIn: Readonly<Record<string, string>> = {
  clusterrole: 'clusterroles',
  clusterrolebinding: 'clusterrolebindings',
  configmap: 'configmaps cm',
  cronjob: 'cronjobs cj',
  customresourcedefinition: 'customresourcedefinitions crd crds',
  daemonset: 'daemonsets ds',
  deployment: 'deployments deploy',
  endpoints: 'ep',
  endpointslice: 'endpointslices',
  event: 'events ev',
  horizontalpodautoscaler: 'horizontalpodautoscalers hpa',
  ingress: 'ingresses ing',
  ingressclass: 'ingressclasses',
  job: 'jobs',
  lease: 'leases',
  limitrange: 'limitranges limits',
  namespace: 'namespaces ns',
  networkpolicy: 'networkpolicies netpol',
  node: 'nodes no',
  persistentvolume: 'persistentvolumes pv',
  persistentvolumeclaim: 'persistentvolumeclaims pvc',
  pod: 'pods po',
  poddisruptionbudget: 'poddisruptionbudgets pdb',
  priorityclass: 'priorityclasses pc',
  replicaset: 'replicasets rs',
  replicationcontroller: 'replicationcontrollers rc',
  resourcequota: 'resourcequotas quota',
  role: 'roles',
  rolebinding: 'rolebindings',
  secret: 'secrets',
  service: 'services svc',
  serviceaccount: 'serviceaccounts sa',
  statefulset: 'statefulsets sts',
  storageclass: 'storageclasses sc',
};

const singulars: ReadonlyMap<string, string> = new Map(
  Object.entries(builtIn).flatMap(([kind, others]) => others.split(' ').map((other) => [other, kind] as const)),
);

/** The singular name of a kind, whichever of its names is given; a kind that is not known here has only the one given. */
export function canonicalKind(name: string): string {
  return singulars.get(name) ?? name;
}
