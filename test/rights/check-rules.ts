import type { AuditEntry } from './audit-entry.ts';
import type { Rule } from './rule.ts';

/** User of a process with both roles. RBAC reports only one of the granting roles, so its requests prove nothing. */
const bothRoles = 'system:serviceaccount:kubernaut-system:workflow-execution';

/** Permissions that no request of a single-role process has used. */
export function unusedRules(rules: readonly Rule[], entries: readonly AuditEntry[]): Rule[] {
  const allowed = entries.filter(({ user, refused }) => !refused && user !== bothRoles);
  return rules.filter((rule) => !allowed.some((entry) => uses(entry, rule)));
}

/** Requests that RBAC refused. */
export function refusals(entries: readonly AuditEntry[]): AuditEntry[] {
  return entries.filter(({ refused }) => refused);
}

/**
 * Verbs of requests that prove a permission. A watch may begin with a streaming list (KEP-3157); where the API server does not
 * offer that, the same cache has to list.
 */
function verbsThatProve(verb: string): readonly string[] {
  return verb === 'list' ? ['list', 'watch'] : [verb];
}

function uses(entry: AuditEntry, { role, apiGroup, resource, verb, resourceName }: Rule): boolean {
  return (
    entry.grantedBy === role &&
    entry.apiGroup === apiGroup &&
    entry.resource === resource &&
    verbsThatProve(verb).includes(entry.verb) &&
    (resourceName === undefined || entry.name === resourceName)
  );
}
