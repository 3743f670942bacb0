import { parseAllDocuments } from 'yaml';
import { arrayOf, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** One right: a verb on one resource. */
export interface Rule {
  /** What gives it: `ClusterRole NAME` or `Role NAME`. */
  readonly role: string;
  /** Of a Role: the only namespace in which the right holds. */
  readonly namespace: string | undefined;
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  /** The only object that the right is about. */
  readonly resourceName: string | undefined;
}

/** The rights that the ClusterRoles and Roles of a manifest give, each by itself. */
export function rulesOf(manifest: string): Rule[] {
  return parseAllDocuments(manifest)
    .map((document) => recordOf(document.toJS()))
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap(({ kind, metadata, rules }) => {
      const { name, namespace } = recordOf(metadata);
      const role = { role: `${String(kind)} ${String(name)}`, namespace: stringOf(namespace) };
      return arrayOf(rules).flatMap((rule) => rightsOf(rule).map((right) => ({ ...role, ...right })));
    });
}

function rightsOf(rule: unknown): Omit<Rule, 'role' | 'namespace'>[] {
  const { apiGroups, resources, verbs, resourceNames } = recordOf(rule);
  const names = resourceNames === undefined ? [undefined] : words(resourceNames);
  return words(apiGroups).flatMap((apiGroup) =>
    words(resources).flatMap((resource) =>
      words(verbs).flatMap((verb) => names.map((resourceName) => ({ apiGroup, resource, verb, resourceName }))),
    ),
  );
}

function words(list: unknown): string[] {
  return arrayOf(list).map(String);
}

/** A right as people say it: `delete leases.coordination.k8s.io in kubernaut-system`. */
export function textOf({ apiGroup, resource, verb, resourceName, namespace }: Rule): string {
  const what = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
  const which = resourceName === undefined ? '' : ` ${resourceName}`;
  return `${verb} ${what}${which}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
