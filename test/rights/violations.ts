import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditEntries, type AuditEntry } from './audit-entry.ts';
import { refusals, unusedRules } from './check-rules.ts';
import { rulesOf, textOf, type Rule } from './rule.ts';

const logName = 'audit.log';
const base = join(import.meta.dirname, '..', '..', 'deploy', 'base');

/** The shipped permissions of the API and the controller. */
export function shippedRules(): Rule[] {
  return ['api', 'controller'].flatMap((role) => rulesOf(readFileSync(join(base, role, 'role.yaml'), 'utf8')));
}

/** Arguments of kube-apiserver for an audit log of the service's requests in a directory. */
export function auditArguments(directory: string): string[] {
  return [
    `--audit-policy-file=${join(import.meta.dirname, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(directory, logName)}`,
  ];
}

/**
 * Violations in the log of a test run, one sentence each: refused requests of the service, and unused permissions of the API
 * or the controller.
 *
 * @param directory that of {@link auditArguments}
 * @returns undefined without a log: the tests ran on an external cluster
 */
export function rightsViolations(directory: string): string[] | undefined {
  if (!existsSync(join(directory, logName))) return undefined;
  const entries = auditLog(directory);
  const refused = refusals(entries).map(({ user, verb, uri }) => `${user} was refused to ${verb} ${uri}`);
  const unused = unusedRules(shippedRules(), entries);
  return [...new Set(refused), ...unused.map((rule) => `${rule.role} has an unused right to ${textOf(rule)}`)];
}

/** The log in a directory, including rotated parts. */
export function auditLog(directory: string): AuditEntry[] {
  const parts = readdirSync(directory).filter((name) => /^audit.*\.log$/.test(name));
  return parts.flatMap((name) => auditEntries(readFileSync(join(directory, name), 'utf8')));
}
