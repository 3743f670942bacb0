import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../integration/swagger-ui/browser.ts';
import { SwaggerUiPage } from '../integration/swagger-ui/swagger-ui-page.ts';
import { operatorCaller } from '../support/callers.ts';
import { podResource } from '../support/pods.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { describeOnPods } from './environment.ts';
import { tasksWorkflow } from './shell-workflow.ts';

describeOnPods('Swagger UI', (environment) => {
  let service: ServiceProcess;
  let browser: Browser;
  let ui: SwaggerUiPage;

  beforeAll(async () => {
    service = await startService(environment().service);
    browser = await startBrowser();
    ui = new SwaggerUiPage(await browser.newPage({ viewport: { width: 1280, height: 1600 } }));
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  it('follows the log of a running execution until its end', async () => {
    const { client, namespace, execute, kubectl } = environment();
    const wait = 'until [ -e /tmp/go ]; do sleep 0.2; done';
    const steps = {
      rollout: `echo deployment.apps/checkout restarted; ${wait}`,
      wait: `echo 'deployment "checkout" successfully rolled out'`,
    };
    await execute('followed', tasksWorkflow({ restart: { steps } }));
    const pods = { namespace, labelSelector: 'tekton.dev/pipelineTask=restart' };
    const [pod] = await waitFor(client, podResource, pods, 'the pod runs', (all) =>
      all.some(({ status }) => status?.phase === 'Running'),
    );
    const { token } = await operatorCaller(client);
    await ui.open(`http://${service.http}`);
    await ui.authorize(token);
    const log = await ui.operation('getWorkflowExecutionLog');
    await ui.fill(log, 'namespace', namespace);
    await ui.fill(log, 'name', 'followed');
    await ui.select(log, 'follow', 'true');

    const followed = ui.page.waitForRequest(/\/log\?follow=true/);
    const answer = ui.execute(log);
    await followed;
    await kubectl('exec', '-n', namespace, pod?.metadata.name ?? '', '-c', 'step-rollout', '--', 'touch', '/tmp/go');
    const { status, body } = await answer;
    await ui.show('8-followed-log', log.locator('.live-responses-table'));

    expect(status).toBe('200');
    expect(body).toContain('[restart : rollout] deployment.apps/checkout restarted');
    expect(body).toContain('[restart : wait] deployment "checkout" successfully rolled out');
    expect(ui.errors).toEqual([]);
  });
});
