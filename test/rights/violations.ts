import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditEntries, type AuditEntry } from './audit-entry.ts';
import { refusals, unusedRules } from './check-rules.ts';
import { rulesOf, textOf, type Rule } from './rule.ts';

const logName = 'audit.log';
const base = join(import.meta.dirname, '..', '..', 'deploy', 'base');

/** The rights that the API and the controller are shipped with. */
export function shippedRules(): Rule[] {
  return ['api', 'controller'].flatMap((role) => rulesOf(readFileSync(join(base, role, 'role.yaml'), 'utf8')));
}

/** Arguments with which kube-apiserver keeps the log of the service's requests in a directory. */
export function auditArguments(directory: string): string[] {
  return [
    `--audit-policy-file=${join(import.meta.dirname, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(directory, logName)}`,
  ];
}

/**
 * What the log of a whole test run says against the shipped roles, one sentence each: refused requests of the service, and
 * rights that the API or the controller never used.
 *
 * @param directory that of {@link auditArguments}
 * @returns undefined when there is no log: the tests ran on a cluster of somebody's own
 */
export function rightsViolations(directory: string): string[] | undefined {
  if (!existsSync(join(directory, logName))) return undefined;
  const entries = auditLog(directory);
  const refused = refusals(entries).map(({ user, verb, uri }) => `${user} was refused to ${verb} ${uri}`);
  const unused = unusedRules(shippedRules(), entries);
  return [...new Set(refused), ...unused.map((rule) => `${rule.role} has an unused right to ${textOf(rule)}`)];
}

/** The log in a directory, with the parts that the API server has put aside because it had grown. */
export function auditLog(directory: string): AuditEntry[] {
  const parts = readdirSync(directory).filter((name) => /^audit.*\.log$/.test(name));
  return parts.flatMap((name) => auditEntries(readFileSync(join(directory, name), 'utf8')));
}
