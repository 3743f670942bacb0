import type { AuditEntry } from './audit-entry.ts';
import type { Rule } from './rule.ts';

/** User of a process with both roles. RBAC names only one of the roles that grant a right, so its requests prove no need. */
const bothRoles = 'system:serviceaccount:kubernaut-system:workflow-execution';

/** The rights that no request of a process with one role has used. */
export function unusedRules(rules: readonly Rule[], entries: readonly AuditEntry[]): Rule[] {
  const allowed = entries.filter(({ user, refused }) => !refused && user !== bothRoles);
  return rules.filter((rule) => !allowed.some((entry) => uses(entry, rule)));
}

/** The requests that were refused for want of a right. */
export function refusals(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ refused }) => refused);
}

function uses(entry: AuditEntry, { role, apiGroup, resource, verb, resourceName }: Rule): boolean {
  return (
    entry.grantedBy === role &&
    entry.apiGroup === apiGroup &&
    entry.resource === resource &&
    entry.verb === verb &&
    (resourceName === undefined || entry.name === resourceName)
  );
}
