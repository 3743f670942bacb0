import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { recordOf } from '../../../src/kubernetes/json.ts';
import { pauseAnnotation, pausingNamespaces } from '../../../src/pauses/pause.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { restCaller } from '../api/rest-caller.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';
import { apiCluster, sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { bind } from '../../support/callers.ts';
import { until } from '../../support/until.ts';
import { startBrowser } from './browser.ts';
import { SwaggerUiPage } from './swagger-ui-page.ts';

describe('Swagger UI in a browser', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  let namespace: TestNamespace;
  let api: RunningApi;
  let unbind: () => Promise<void>;
  let browser: Browser;
  let ui: SwaggerUiPage;

  beforeAll(async () => {
    namespace = await createNamespace(kubernetes, 'swagger');
    api = await startApi(apiCluster());
    const [, , callerNamespace = '', name = ''] = api.caller?.username.split(':') ?? [];
    unbind = await bind(kubernetes, 'workflow-execution-override', { namespace: callerNamespace, name }, 'everywhere');
    await until('it serves', async () => (await restCaller(api).list('-')).ok !== undefined);
    browser = await startBrowser();
    ui = new SwaggerUiPage(await browser.newPage({ viewport: { width: 1280, height: 1600 } }));
    await ui.open(api.url);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await api.stop();
    await unbind();
    await namespace.delete();
  });

  it('shows how to authenticate', async () => {
    await ui.show('1-opened');
    const block = await ui.operation('listWorkflowExecutions');
    await ui.fill(block, 'namespace', namespace.name);

    const { status, body } = await ui.execute(block);

    expect(status).toBe('401');
    expect(body).toContain('a bearer token of the cluster is required');
  });

  it('leaves optional parameters empty', async () => {
    const optional = await ui.page.locator('tr[data-param-in="query"] input').all();
    const values = await Promise.all(optional.map((input) => input.inputValue()));

    expect(values.length).toBeGreaterThan(5);
    expect(values.filter((value) => value !== '' && value !== '50')).toEqual([]);
  });

  it('creates an execution from the example, with a token, and reads it', async () => {
    await ui.authorize(api.caller?.token ?? '');
    const create = await ui.operation('createWorkflowExecution');
    await ui.fill(create, 'namespace', namespace.name);

    const created = await ui.execute(create);
    await ui.show('2-created');
    const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });
    const name = items[0]?.metadata.name ?? '';
    const get = await ui.operation('getWorkflowExecution');
    await ui.fill(get, 'namespace', namespace.name);
    await ui.fill(get, 'name', name);
    const read = await ui.execute(get);
    await ui.show('3-read');

    expect(created.status).toBe('201');
    expect(items).toHaveLength(1);
    expect(read.status).toBe('200');
    expect(read.body).toContain(`"name": "${name}"`);
  });

  it('shows what a request does not fit, without creating it', async () => {
    const create = ui.page.locator('[id$="-createWorkflowExecution"]');
    await ui.select(create, 'validateOnly', 'true');

    const { status, body } = await ui.execute(create);
    await ui.show('5-preflight');
    const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });

    expect(status).toBe('201');
    expect(body).toContain('"preflight"');
    expect(body).toContain('"spec.executionConfig.serviceAccountName"');
    expect(items).toHaveLength(1);
  });

  it('creates an execution that overrides the cooldown, and shows the results of one that has ended', async () => {
    const create = ui.page.locator('[id$="-createWorkflowExecution"]');
    await ui.select(create, 'validateOnly', 'false');
    const form = create.locator('textarea.body-param__text');
    const example = recordOf(JSON.parse(await form.inputValue()));
    const overrideCooldownReason = 'agreed with the incident lead';
    const metadata = { name: 'urgent' };
    await form.fill(JSON.stringify({ metadata, spec: { ...recordOf(example['spec']), overrideCooldownReason } }));

    const created = await ui.execute(create);
    expect(created.status).toBe('201');
    expect(created.body).toContain(`"overrideCooldownReason": "${overrideCooldownReason}"`);

    const status = {
      observedGeneration: 1,
      phase: 'Completed',
      outcome: 'Success',
      results: [{ name: 'node', value: 'w1' }],
    };
    const key = { namespace: namespace.name, name: metadata.name };
    await kubernetes.patch(workflowExecutionResource, key, { status }, { subresource: 'status' });
    const url = `${api.url}/api/v1/namespaces/${key.namespace}/workflowexecutions/${key.name}`;
    const headers = { authorization: `Bearer ${api.caller?.token ?? ''}` };
    await until('the replica has the results', async () =>
      (await (await fetch(url, { headers })).text()).includes('w1'),
    );
    const get = ui.page.locator('[id$="-getWorkflowExecution"]');
    await ui.fill(get, 'name', key.name);

    const read = await ui.execute(get);
    await ui.show('4-results');
    expect(read.body).toMatch(/"results": \[\s*\{\s*"name": "node",\s*"value": "w1"/);
  });

  it('says that a new execution waits for the end of a pause', async () => {
    const annotations = { [pauseAnnotation]: 'database failover' };
    await kubernetes.patch(pausingNamespaces, { name: namespace.name }, { metadata: { annotations } });
    const validated = () => restCaller(api).create(namespace.name, { spec: aSpec(), validateOnly: true });
    await until('the replica knows of the pause', async () => (await validated()).ok?.warnings !== undefined);
    const create = ui.page.locator('[id$="-createWorkflowExecution"]');
    const form = create.locator('textarea.body-param__text');
    const { spec } = recordOf(JSON.parse(await form.inputValue()));
    await form.fill(JSON.stringify({ spec }));

    const { status, headers } = await ui.execute(create);
    await ui.show('6-paused');

    expect(status).toBe('201');
    expect(headers).toMatch(
      /warning: 299 - "the execution waits for the end of a pause: Namespace \S+ is paused since \S+Z by \S+: database failover"/,
    );
  });

  it('shows who holds a target', async () => {
    const block = await ui.operation('getTarget');
    for (const [parameter, value] of [
      ['namespace', 'payment'],
      ['kind', 'deployment'],
      ['name', 'payment-api'],
    ] as const) {
      await ui.fill(block, parameter, value);
    }

    const { status, body } = await ui.execute(block);
    await ui.show('7-target');

    expect(status).toBe('200');
    expect(body).toContain('"target": "payment/deployment/payment-api"');
  });

  it('logs no error except for the rejected call', () => {
    expect(ui.errors).toEqual([expect.stringContaining('401 (Unauthorized)')]);
  });
});
