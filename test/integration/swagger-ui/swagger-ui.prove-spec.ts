import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
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

const screenshots = join(import.meta.dirname, '../../../test-results/screenshots');

describe('Swagger UI in a browser', () => {
  const kubernetes = new KubernetesClient(sharedCluster());
  const errors: string[] = [];
  let namespace: TestNamespace;
  let api: RunningApi;
  let unbind: () => Promise<void>;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    namespace = await createNamespace(kubernetes, 'swagger');
    api = await startApi(apiCluster());
    const [, , callerNamespace = '', name = ''] = api.caller?.username.split(':') ?? [];
    unbind = await bind(kubernetes, 'workflow-execution-override', { namespace: callerNamespace, name }, 'everywhere');
    await until('it serves', async () => (await restCaller(api).list('-')).ok !== undefined);
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${api.url}/docs`);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await api.stop();
    await unbind();
    await namespace.delete();
  });

  const show = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

  /** Opens an operation. */
  const operation = async (id: string): Promise<Locator> => {
    const block = page.locator(`[id$="-${id}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.locator('button.execute').waitFor();
    return block;
  };

  /** Executes an operation with the values of its form; returns status, headers and body of the answer, as shown. */
  const execute = async (block: Locator): Promise<{ status: string; headers: string; body: string }> => {
    // The answer to an earlier call stays until the next one has arrived.
    const clear = block.locator('button.btn-clear');
    if (await clear.isVisible()) await clear.click();
    await block.locator('button.execute').click();
    const answer = block.locator('.live-responses-table .response');
    await answer.waitFor();
    const status = await answer.locator('.response-col_status').innerText();
    return {
      status: status.trim().slice(0, 3),
      headers: (await answer.locator('.headerline').allInnerTexts()).join('\n'),
      body: await answer.locator('.highlight-code code').first().innerText(),
    };
  };

  const fill = (block: Locator, parameter: string, value: string) =>
    block.locator(`tr[data-param-name="${parameter}"] input`).fill(value);

  it('shows how to authenticate', async () => {
    await show('1-opened');
    const block = await operation('listWorkflowExecutions');
    await fill(block, 'namespace', namespace.name);

    const { status, body } = await execute(block);

    expect(status).toBe('401');
    expect(body).toContain('a bearer token of the cluster is required');
  });

  it('leaves optional parameters empty', async () => {
    const optional = await page.locator('tr[data-param-in="query"] input').all();
    const values = await Promise.all(optional.map((input) => input.inputValue()));

    expect(values.length).toBeGreaterThan(5);
    expect(values.filter((value) => value !== '' && value !== '50')).toEqual([]);
  });

  it('creates an execution from the example, with a token, and reads it', async () => {
    await page.locator('button.authorize').first().click();
    await page.locator('.modal-ux input').fill(api.caller?.token ?? '');
    await page.locator('.modal-ux button.authorize').click();
    await page.locator('.modal-ux button.btn-done').click();
    const create = await operation('createWorkflowExecution');
    await fill(create, 'namespace', namespace.name);

    const created = await execute(create);
    await show('2-created');
    const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });
    const name = items[0]?.metadata.name ?? '';
    const get = await operation('getWorkflowExecution');
    await fill(get, 'namespace', namespace.name);
    await fill(get, 'name', name);
    const read = await execute(get);
    await show('3-read');

    expect(created.status).toBe('201');
    expect(items).toHaveLength(1);
    expect(read.status).toBe('200');
    expect(read.body).toContain(`"name": "${name}"`);
  });

  it('shows what a request does not fit, without creating it', async () => {
    const create = page.locator('[id$="-createWorkflowExecution"]');
    await create.locator('tr[data-param-name="validateOnly"] select').selectOption('true');

    const { status, body } = await execute(create);
    await show('5-preflight');
    const { items } = await kubernetes.list(workflowExecutionResource, { namespace: namespace.name });

    expect(status).toBe('201');
    expect(body).toContain('"preflight"');
    expect(body).toContain('"spec.executionConfig.serviceAccountName"');
    expect(items).toHaveLength(1);
  });

  it('creates an execution that overrides the cooldown, and shows the results of one that has ended', async () => {
    const create = page.locator('[id$="-createWorkflowExecution"]');
    await create.locator('tr[data-param-name="validateOnly"] select').selectOption('false');
    const form = create.locator('textarea.body-param__text');
    const example = recordOf(JSON.parse(await form.inputValue()));
    const overrideCooldownReason = 'agreed with the incident lead';
    const metadata = { name: 'urgent' };
    await form.fill(JSON.stringify({ metadata, spec: { ...recordOf(example['spec']), overrideCooldownReason } }));

    const created = await execute(create);
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
    const get = page.locator('[id$="-getWorkflowExecution"]');
    await fill(get, 'name', key.name);

    const read = await execute(get);
    await show('4-results');
    expect(read.body).toMatch(/"results": \[\s*\{\s*"name": "node",\s*"value": "w1"/);
  });

  it('says that a new execution waits for the end of a pause', async () => {
    const annotations = { [pauseAnnotation]: 'database failover' };
    await kubernetes.patch(pausingNamespaces, { name: namespace.name }, { metadata: { annotations } });
    const validated = () => restCaller(api).create(namespace.name, { spec: aSpec(), validateOnly: true });
    await until('the replica knows of the pause', async () => (await validated()).ok?.warnings !== undefined);
    const create = page.locator('[id$="-createWorkflowExecution"]');
    const form = create.locator('textarea.body-param__text');
    const { spec } = recordOf(JSON.parse(await form.inputValue()));
    await form.fill(JSON.stringify({ spec }));

    const { status, headers } = await execute(create);
    await show('6-paused');

    expect(status).toBe('201');
    expect(headers).toMatch(
      /warning: 299 - "the execution waits for the end of a pause: Namespace \S+ is paused since \S+Z by \S+: database failover"/,
    );
  });

  it('shows who holds a target', async () => {
    const block = await operation('getTarget');
    for (const [parameter, value] of [
      ['namespace', 'payment'],
      ['kind', 'deployment'],
      ['name', 'payment-api'],
    ] as const) {
      await fill(block, parameter, value);
    }

    const { status, body } = await execute(block);
    await show('7-target');

    expect(status).toBe('200');
    expect(body).toContain('"target": "payment/deployment/payment-api"');
  });

  it('logs no error except for the rejected call', () => {
    expect(errors).toEqual([expect.stringContaining('401 (Unauthorized)')]);
  });
});
