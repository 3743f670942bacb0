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

function uses(entry: AuditEntry, { apiGroup, resource, verb, namespace, resourceName }: Rule): boolean {
  return (
    entry.apiGroup === apiGroup &&
    entry.resource === resource &&
    entry.verbs.includes(verb) &&
    (namespace === undefined || entry.namespace === namespace) &&
    (resourceName === undefined || entry.name === resourceName)
  );
}
