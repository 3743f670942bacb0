import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import { isTerminal, phaseOf } from '../../../src/workflow-execution/execution.ts';
import type { WorkflowExecutionSpec } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { demandingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../../support/until.ts';
import { observe, type ObservedService } from './observed-service.ts';

const parse = (raw: unknown) => raw as KubernetesObject;
const events = { group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event', namespaced: true, parse };
const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false, parse };
const policies = { ...admission, plural: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy' };
const bindings = {
  ...admission,
  plural: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
};

/** Parameters that the admission policies below refuse, with a message that quotes the secret. */
const [refuseExecution, refusePipelineRun] = ['REFUSE_EXECUTION', 'REFUSE_PIPELINERUN'];

/** The replacement for a text that may quote the secret. */
const withheld = '(withheld: it may quote the value of the secret parameter DB_PASSWORD)';

/** Random secrets that leaked in earlier versions. */
const examples: readonly string[] = [' hunter2 between spaces ', '"\'{}\\"{,:', '\\\\""\\'];

describe('the value of a secret parameter', () => {
  const fixture = new ReconcilerFixture();
  let service: ObservedService;
  let containerImage: string;
  const answers: string[] = [];
  let count = 0;

  beforeAll(async () => {
    await fixture.open();
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    containerImage = await publishWorkflow(publisher, `${fixture.namespace}:secrets`, demandingWorkflow);
    await refuse('executions', 'workflowexecution.kubernaut.ai', 'workflowexecutions', {
      expression: `!has(object.spec.parameters) || !('${refuseExecution}' in object.spec.parameters)`,
      messageExpression: "'not with ' + object.spec.parameters.DB_PASSWORD",
    });
    await refuse('pipelineruns', 'tekton.dev', 'pipelineruns', {
      expression: `!object.spec.params.exists(p, p.name == '${refusePipelineRun}')`,
      messageExpression: "'not with ' + object.spec.params.filter(p, p.name == 'DB_PASSWORD')[0].value",
    });
    service = await observe(fixture.namespace);
    await until('the policies are in force', async () => {
      const execution = await post({ spec: spec('probe', { [refuseExecution]: '1' }) }, '?validateOnly=true');
      return execution.status === 403 || execution.status === 400;
    });
  });

  afterAll(async () => {
    await service.stop();
    await fixture.close();
    for (const of of ['executions', 'pipelineruns']) {
      await fixture.client.delete(bindings, { name: `${fixture.namespace}-${of}` });
      await fixture.client.delete(policies, { name: `${fixture.namespace}-${of}` });
    }
  });

  /** Makes the API server refuse objects that break a rule, with the message of the rule. */
  async function refuse(of: string, group: string, plural: string, rule: object): Promise<void> {
    const metadata = { name: `${fixture.namespace}-${of}` };
    const resourceRules = [{ apiGroups: [group], apiVersions: ['*'], operations: ['CREATE'], resources: [plural] }];
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': fixture.namespace } };
    const apiVersion = 'admissionregistration.k8s.io/v1';
    await fixture.client.create(policies, {
      ...{ apiVersion, kind: policies.kind, metadata },
      spec: { matchConstraints: { namespaceSelector, resourceRules }, validations: [rule] },
    });
    await fixture.client.create(bindings, {
      ...{ apiVersion, kind: bindings.kind, metadata },
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    });
  }

  function spec(secret: string, parameters: Readonly<Record<string, string>> = {}): WorkflowExecutionSpec {
    const targetResource = `${fixture.namespace}/deployment/target-${++count}`;
    const workflowRef = { ...aSpec().workflowRef, containerImage };
    return aSpec({ workflowRef, targetResource, parameters: { DB_PASSWORD: secret, ...parameters } });
  }

  function post(body: unknown, query = ''): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${service.url}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
  }

  /** Sends a request that is refused and records the answer. */
  async function refused(body: unknown): Promise<void> {
    const answer = await post(body);
    expect(answer.ok).toBe(false);
    answers.push(await answer.text());
  }

  /** Runs an execution to its end and records its status. */
  async function run(parameters: Readonly<Record<string, string>>, secret: string): Promise<void> {
    const name = `secret-${++count}`;
    expect((await post({ metadata: { name }, spec: spec(secret, parameters) })).status).toBe(201);
    const { status } = await fixture.until(name, 'it has ended', (execution) => isTerminal(phaseOf(execution)));
    answers.push(JSON.stringify(status));
  }

  /** Ways in which a create request can succeed or fail. */
  const forms: Readonly<Record<string, (secret: string) => Promise<void>>> = {
    'a run that fails': (secret) => run({}, secret),
    'a PipelineRun that admission control refuses': (secret) => run({ [refusePipelineRun]: '1' }, secret),
    'an execution that admission control refuses': (secret) =>
      refused({ spec: spec(secret, { [refuseExecution]: '1' }) }),
    'a truncated body': (secret) => refused(JSON.stringify({ spec: spec(secret) }).slice(0, -3)),
    'a body that is not JSON because of the value': (secret) =>
      refused(`{"spec":{"parameters":{"DB_PASSWORD":${JSON.stringify(secret).slice(1, -1)}}}}`),
    'a value that is too long': (secret) => refused({ spec: spec(secret.repeat(8_192)) }),
    'a value of the wrong type': (secret) =>
      refused({ spec: { ...spec(secret), parameters: { DB_PASSWORD: [secret] } } }),
    'parameters of the wrong type': (secret) => refused({ spec: { ...spec(secret), parameters: secret } }),
    'a spec that is invalid elsewhere': (secret) => refused({ spec: { ...spec(secret), confidence: 2 } }),
    'a rule of the cluster': (secret) => refused({ spec: { ...spec(secret), executionConfig: { timeout: '0s' } } }),
  };

  it('is in no log line, Event or response of the service', async () => {
    const seed = Number(process.env['WFE_TEST_SEED'] ?? randomInt(2 ** 31));
    console.log(`seed ${seed}: WFE_TEST_SEED=${seed} repeats it`);
    const secret = fc.string({ unit: fc.constantFrom(...'aZ09-_/+= "\\\'{}:,'), minLength: 8, maxLength: 40 });
    const ways = Object.entries(forms);
    const random = fc.sample(secret, { seed, numRuns: ways.length });
    const attempts = ways.flatMap(([form, create], index) =>
      [`hunter2-"${form}"`, ...random.slice(index, index + 1), ...examples].map((value) => ({ create, value })),
    );

    await Promise.all(attempts.map(({ create, value }) => create(value)));

    const { items } = await fixture.client.listRaw(events, { namespace: fixture.namespace });
    expect(items.length).toBeGreaterThan(0);
    expect(service.lines().length).toBeGreaterThan(0);
    const written = [...service.lines(), ...items, ...answers].flatMap((found) => textsIn(found));
    // The texts that quote it are withheld, or this test proves nothing.
    expect(written.filter((text) => text.includes('not with'))).toEqual([]);
    expect(written.filter((text) => text.includes(withheld)).length).toBeGreaterThan(3);
    for (const { value } of attempts) expect(written.filter((text) => contains(text, value))).toEqual([]);
  });
});

/** Every string in a JSON value, keys included. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(textsIn) : [];
}

/** Whether a text contains the value, plain or escaped as in JSON. */
function contains(text: string, value: string): boolean {
  return [value, JSON.stringify(value).slice(1, -1)].some((spelling) => text.includes(spelling));
}
