import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { recordOf } from '../../src/kubernetes/json.ts';
import { auditEntries } from './audit-entry.ts';
import { refusals, unusedRules } from './check-rules.ts';
import { rulesOf, textOf, type Rule } from './rule.ts';
import { shippedRules } from './violations.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const controllerRole = readFileSync(join(deploy, 'base', 'controller', 'role.yaml'), 'utf8');
const bothRoles = 'system:serviceaccount:kubernaut-system:workflow-execution';

/** RBAC's reason for a request that a role allows. */
function reasonOf(role: string): string {
  const [kind = '', name = ''] = role.split(' ');
  return `RBAC: allowed by ${kind}Binding "bound" of ${kind} "${name}" to ServiceAccount "workflow-execution/system"`;
}

/** An audit log line of a request that uses a permission, by a single-role process by default. */
function lineOf({ role, verb, apiGroup, resource, resourceName }: Rule, decision = 'allow', username = 'one'): string {
  const [plural, subresource] = resource.split('/');
  const attests = verb === 'attest';
  return JSON.stringify({
    // A verb that the role lacks, so that nothing else is used.
    verb: attests ? 'update' : verb,
    user: { username },
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

/** Whether a request uses a permission directly: the one to set finalizers is checked when a PipelineRun is created. */
const isRequested = ({ resource }: Rule) => resource !== 'workflowexecutions/finalizers';

const useOf = (rules: readonly Rule[], user?: string) =>
  auditEntries(rules.map((rule) => `${lineOf(rule, 'allow', user)}\n`).join(''));

describe('the shipped roles', () => {
  const rules = shippedRules().filter(isRequested);

  it('have no unused permission when each was used', () => {
    expect(unusedRules(rules, useOf(rules))).toEqual([]);
  });

  it('may list what was watched: a watch begins with a list', () => {
    const watched = rules.filter(({ verb }) => verb === 'watch');
    const listed = rules.filter(
      (rule) => rule.verb === 'list' && watched.some((one) => isDeepStrictEqual({ ...one, verb: 'list' }, rule)),
    );

    expect(listed.length).toBeGreaterThan(0);
    expect(unusedRules(listed, useOf(watched))).toEqual([]);
  });

  it('are not proven by a process with both roles', () => {
    expect(unusedRules(rules, useOf(rules, bothRoles))).toEqual(rules);
  });

  it('are both granted to the ServiceAccount of a process with both roles', () => {
    const file = join(deploy, 'components', 'one-process', 'service-account.yaml');
    const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => recordOf(document.toJS()));
    const granted = objects
      .map(({ roleRef }) => recordOf(roleRef))
      .map(({ kind, name }) => `${String(kind)} ${String(name)}`);
    expect(granted).toEqual(expect.arrayContaining([...new Set(rules.map(({ role }) => role))]));
  });

  it('have an unused permission when one is added that the controller does not use', () => {
    const tampered = rulesOf(
      controllerRole.replace(
        'resources: [taskruns]\n    verbs: [list, patch]',
        'resources: [taskruns]\n    verbs: [list, patch, delete]',
      ),
    );
    const unused = unusedRules(tampered.filter(isRequested), useOf(rules));
    expect(unused.map(textOf)).toEqual(['delete taskruns.tekton.dev']);
  });

  it.each(rules.map((rule) => [rule.role, textOf(rule), rule] as const))(
    '%s: reports %s if unused',
    (...[, , rule]) => {
      const watch = { ...rule, verb: rule.verb === 'list' ? 'watch' : rule.verb };
      const others = rules.filter((other) => other !== rule && !isDeepStrictEqual(other, watch));
      expect(unusedRules(rules, useOf(others))).toContain(rule);
    },
  );
});

describe('a permission in one namespace, on one object', () => {
  const manifest = `kind: Role
metadata: { name: service, namespace: system }
rules: [{ apiGroups: [''], resources: [secrets], resourceNames: [key], verbs: [get] }]`;
  const [rule] = rulesOf(manifest);
  const other = (over: Partial<Rule>) => (rule === undefined ? [] : useOf([{ ...rule, ...over }]));

  it('is described with both', () => {
    expect(rulesOf(manifest).map(textOf)).toEqual(['get secrets key in system']);
  });

  it.each([[{ role: 'ClusterRole service' }], [{ resourceName: 'other' }], [{ verb: 'list' }], [{ apiGroup: 'apps' }]])(
    'is not used by a request with %j',
    (over) => expect(unusedRules(rulesOf(manifest), other(over))).toHaveLength(1),
  );
});

describe('a permission that admission checks', () => {
  const line = (role: string, [apiGroup, resource, policy]: readonly string[], code: number) =>
    JSON.stringify({
      verb: 'create',
      objectRef: { apiGroup, resource },
      responseStatus: { code },
      annotations: {
        [`${policy ?? ''}/attested-by`]: 'somebody',
        'authorization.k8s.io/reason': reasonOf(role),
      },
    });
  const asked = shippedRules().filter((rule) => rule.verb === 'attest' || !isRequested(rule));
  const execution = ['workflowexecution.kubernaut.ai', 'workflowexecutions', 'workflow-execution-attestation'];
  const pipelineRun = ['tekton.dev', 'pipelineruns', 'workflow-execution-pipeline-runs'];

  it.each([
    ['attest', 'api', 'an execution', execution],
    ['attest', 'controller', 'its PipelineRun', pipelineRun],
    ['update', 'controller', 'a PipelineRun that blocks the deletion of an execution', pipelineRun],
  ])('(%s) of the %s is used by creating %s unless denied', (verb, name, _what, created) => {
    const role = `ClusterRole workflow-execution-${name}`;
    const rights = asked.filter((rule) => rule.role === role && rule.verb === verb);
    expect(rights).toHaveLength(1);
    expect(unusedRules(rights, auditEntries(line(role, created, 201)))).toEqual([]);
    expect(unusedRules(rights, auditEntries(line(role, created, 422)))).toEqual(rights);
  });
});

describe('a request', () => {
  const [rule] = shippedRules();
  const line = rule === undefined ? '' : lineOf(rule, 'forbid');

  it('refused by RBAC is reported and uses nothing', () => {
    expect(refusals(auditEntries(line)).map(({ uri }) => uri)).toEqual(['/workflowexecutions']);
    expect(unusedRules(shippedRules(), auditEntries(line))).toEqual(shippedRules());
  });

  it('refused by admission is not reported', () => {
    const denied = JSON.stringify({
      verb: 'create',
      responseStatus: { code: 403 },
      annotations: { 'authorization.k8s.io/decision': 'allow' },
    });
    expect(refusals(auditEntries(denied))).toEqual([]);
  });

  it('with a truncated line is ignored', () => {
    expect(auditEntries('{"verb":"ge')).toEqual([]);
  });
});
