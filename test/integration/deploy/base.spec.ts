import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { arrayOf, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { pipelineRunLabels } from '../../../src/tekton/build-pipeline-run.ts';
import { ownAnnotations, requestLabel } from '../../../src/workflow-execution/metadata.ts';

const base = join(import.meta.dirname, '..', '..', '..', 'deploy', 'base');
const objects = readdirSync(base, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => parseAllDocuments(readFileSync(join(base, file), 'utf8')))
  .map((document) => recordOf(document.toJS()));

/** The specs of the objects of a kind, by name. */
function specsOf(kind: string): Map<string, JsonRecord> {
  const found = objects.filter((object) => object['kind'] === kind);
  return new Map(found.map(({ metadata, spec }) => [String(recordOf(metadata)['name']), recordOf(spec)]));
}

const specOf = (kind: string, name: string): JsonRecord => recordOf(specsOf(kind).get(name));
const records = (list: unknown): JsonRecord[] => arrayOf(list).map(recordOf);
const podSpecOf = (role: string) =>
  recordOf(recordOf(specOf('Deployment', `workflow-execution-${role}`)['template'])['spec']);

describe('an admission policy', () => {
  const policies = ['attestation', 'pipeline-runs', 'remediation', 'status'].map(
    (name) => `workflow-execution-${name}`,
  );

  it('denies if it cannot be evaluated', () => {
    const failurePolicies = [...specsOf('ValidatingAdmissionPolicy')].map(([name, spec]) => [
      name,
      spec['failurePolicy'],
    ]);
    const bindings = [...specsOf('ValidatingAdmissionPolicyBinding')];

    const all = [...policies, 'workflow-execution-size'].toSorted();
    expect(failurePolicies.toSorted()).toEqual(all.map((name) => [name, 'Fail']));
    expect(bindings.toSorted()).toEqual(all.map((name) => [name, { policyName: name, validationActions: ['Deny'] }]));
  });

  it.each(policies)('%s asks for `attest` in all namespaces: a Role with all verbs has it in one', (name) => {
    const text = JSON.stringify(specOf('ValidatingAdmissionPolicy', name));

    expect(text).toContain(".check('attest')");
    expect(text).not.toMatch(/namespace\([^)]*\)\.check\('(attest|update)'\)/);
  });

  /** The strings in the expression of a variable. */
  const stringsOf = (policy: string, variable: string): (string | undefined)[] => {
    const { variables } = specOf('ValidatingAdmissionPolicy', policy);
    const expression = records(variables).find(({ name }) => name === variable)?.['expression'];
    return [...String(expression).matchAll(/'(?<text>[^']+)'/g)].map(({ groups }) => groups?.['text']);
  };

  it('protects everything that the service sets on executions', () => {
    const policy = 'workflow-execution-attestation';
    expect(stringsOf(policy, 'annotations').toSorted()).toEqual(Object.values(ownAnnotations).toSorted());
    expect(stringsOf(policy, 'label')).toEqual([requestLabel]);
  });

  it('protects everything that the service sets on PipelineRuns', () => {
    const protectedKeys = stringsOf('workflow-execution-pipeline-runs', 'ours');
    expect(protectedKeys.toSorted()).toEqual(Object.values(pipelineRunLabels).toSorted());
  });
});

describe('the pods of the base', () => {
  it.each(['api', 'controller'])('are reached on the ports of the %s that its Service names', (role) => {
    const containerPorts = records(podSpecOf(role)['containers']).flatMap(({ ports }) => records(ports));
    const { ports } = specOf('Service', role === 'api' ? 'workflow-execution' : `workflow-execution-${role}`);

    const reached = records(ports).map(({ name, port, targetPort }) => [name, port, targetPort]);
    const exposed = containerPorts.filter(({ name }) => name !== 'health');
    expect(reached).toEqual(exposed.map(({ name, containerPort }) => [name, containerPort, name]));
  });

  it('accept calls from namespaces with the label of callers, and probes', () => {
    const callers = { namespaceSelector: { matchLabels: { 'kubernaut.ai/workflow-execution-client': 'true' } } };
    const probes = { ports: [{ port: 'health' }] };

    expect(specOf('NetworkPolicy', 'workflow-execution-api')['ingress']).toEqual([
      { from: [callers], ports: [{ port: 'http' }, { port: 'grpc' }] },
      probes,
    ]);
    expect(specOf('NetworkPolicy', 'workflow-execution-controller')['ingress']).toEqual([probes]);
  });

  it.each(['api', 'controller'])('of the %s are evicted one at a time, so that one of two is left', (role) => {
    const name = `workflow-execution-${role}`;
    expect(specOf('Deployment', name)['replicas']).toBe(2);
    expect(specOf('PodDisruptionBudget', name)).toMatchObject({ maxUnavailable: 1 });
  });

  it('have a token for data storage, which reviews tokens without audiences', () => {
    const sources = records(podSpecOf('controller')['volumes']).flatMap(({ projected }) =>
      records(recordOf(projected)['sources']),
    );
    const token = { expirationSeconds: 3600, path: 'token' };
    expect(sources).toEqual([{ serviceAccountToken: token }]);
  });
});
