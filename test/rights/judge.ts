import type { AuditEntry } from './audit-entry.ts';
import type { Rule } from './rule.ts';

/** The rights that no request has used. */
export function unusedRules(rules: readonly Rule[], entries: readonly AuditEntry[]): Rule[] {
  const allowed = entries.filter(({ refused }) => !refused);
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
    entry.verbs.includes(verb) &&
    (resourceName === undefined || entry.name === resourceName)
  );
}
