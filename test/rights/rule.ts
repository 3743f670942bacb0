import { parseAllDocuments } from 'yaml';
import { arrayOf, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** One permission: a verb on one resource. */
export interface Rule {
  /** The granting role: `ClusterRole NAME` or `Role NAME`. */
  readonly role: string;
  /** Namespace of a Role. */
  readonly namespace: string | undefined;
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  /** The only object that it covers. */
  readonly resourceName: string | undefined;
}

/** All permissions of the ClusterRoles and Roles in a manifest. */
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

/** A permission as text: `delete leases.coordination.k8s.io in kubernaut-system`. */
export function textOf({ apiGroup, resource, verb, resourceName, namespace }: Rule): string {
  const what = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
  const which = resourceName === undefined ? '' : ` ${resourceName}`;
  return `${verb} ${what}${which}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
