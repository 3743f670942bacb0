import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { auditEntries } from './audit-entry.ts';
import { refusals, unusedRules } from './judge.ts';
import { rulesOf, textOf, type Rule } from './rule.ts';

const shipped = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'base', 'role.yaml'), 'utf8');

/** What RBAC says of a request that a role allows. */
function reasonOf(role: string): string {
  const [kind = '', name = ''] = role.split(' ');
  return `RBAC: allowed by ${kind}Binding "bound" of ${kind} "${name}" to ServiceAccount "workflow-execution/system"`;
}

/** A line of the audit log for a request that uses a right. */
function lineOf({ role, verb, apiGroup, resource, resourceName }: Rule, decision = 'allow'): string {
  const [plural, subresource] = resource.split('/');
  const attests = verb === 'attest';
  return JSON.stringify({
    // A verb that the role does not have, so that nothing else is used.
    verb: attests ? 'update' : verb,
    requestURI: `/${resource}`,
    objectRef: { apiGroup, resource: plural, subresource, name: resourceName },
    responseStatus: { code: decision === 'allow' ? 201 : 403 },
    annotations: {
      'authorization.k8s.io/decision': decision,
      'authorization.k8s.io/reason': reasonOf(role),
      ...(attests ? { 'workflow-execution-attestation/attested-by': 'the service' } : {}),
    },
  });
}

const useOf = (rules: readonly Rule[]) => auditEntries(rules.map((rule) => `${lineOf(rule)}\n`).join(''));

describe('the shipped role', () => {
  const rules = rulesOf(shipped);

  it('has no right too many when each was used', () => {
    expect(unusedRules(rules, useOf(rules))).toEqual([]);
  });

  it('has one too many when somebody adds what the service does not do', () => {
    const tampered = rulesOf(
      shipped.replace(
        'resources: [taskruns]\n    verbs: [list, patch]',
        'resources: [taskruns]\n    verbs: [list, patch, delete]',
      ),
    );
    expect(unusedRules(tampered, useOf(rules)).map(textOf)).toEqual(['delete taskruns.tekton.dev']);
  });

  it.each(rules.map((rule) => [textOf(rule), rule] as const))('misses the use of %s', (_text, rule) => {
    const others = rules.filter((other) => other !== rule);
    expect(unusedRules(rules, useOf(others))).toEqual([rule]);
  });
});

describe('a right in one namespace, on one object', () => {
  const manifest = `kind: Role
metadata: { name: service, namespace: system }
rules: [{ apiGroups: [''], resources: [secrets], resourceNames: [key], verbs: [get] }]`;
  const [rule] = rulesOf(manifest);
  const other = (over: Partial<Rule>) => (rule === undefined ? [] : useOf([{ ...rule, ...over }]));

  it('is said with both', () => {
    expect(rulesOf(manifest).map(textOf)).toEqual(['get secrets key in system']);
  });

  it.each([[{ role: 'ClusterRole service' }], [{ resourceName: 'other' }], [{ verb: 'list' }], [{ apiGroup: 'apps' }]])(
    'is not used by a request with %j',
    (over) => expect(unusedRules(rulesOf(manifest), other(over))).toHaveLength(1),
  );
});

describe('the right to attest', () => {
  const line = (code: number) =>
    JSON.stringify({
      verb: 'create',
      objectRef: { apiGroup: 'workflowexecution.kubernaut.ai', resource: 'workflowexecutions' },
      responseStatus: { code },
      annotations: {
        'workflow-execution-attestation/attested-by': 'somebody',
        'authorization.k8s.io/reason': reasonOf('ClusterRole workflow-execution'),
      },
    });
  const attest = rulesOf(shipped).filter(({ verb }) => verb === 'attest');

  it('is used by who creates an execution with notes, unless that is denied', () => {
    expect(attest).toHaveLength(1);
    expect(unusedRules(attest, auditEntries(line(201)))).toEqual([]);
    expect(unusedRules(attest, auditEntries(line(422)))).toEqual(attest);
  });
});

describe('a request', () => {
  const [rule] = rulesOf(shipped);
  const line = rule === undefined ? '' : lineOf(rule, 'forbid');

  it('that RBAC has refused is told, and has used nothing', () => {
    expect(refusals(auditEntries(line)).map(({ uri }) => uri)).toEqual(['/workflowexecutions']);
    expect(unusedRules(rulesOf(shipped), auditEntries(line))).toHaveLength(rulesOf(shipped).length);
  });

  it('that admission has refused was not refused for want of a right', () => {
    const denied = JSON.stringify({
      verb: 'create',
      responseStatus: { code: 403 },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(refusals(auditEntries(denied))).toEqual([]);
  });

  it('whose line was cut off is passed over', () => {
    expect(auditEntries('{"verb":"ge')).toEqual([]);
  });
});
