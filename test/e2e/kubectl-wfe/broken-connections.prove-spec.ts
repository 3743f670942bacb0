import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { sharedCluster } from '../../integration/support/cluster.ts';
import { FaultProxy } from '../../integration/support/fault-proxy.ts';
import { endAfter, resetAfter } from '../../integration/support/faults.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { describeOnPods } from '../environment.ts';
import { shellWorkflow } from '../shell-workflow.ts';
import { Plugin } from './plugin.ts';

/** Timeout for building the plugin on two busy cores, once per machine and version. */
const buildMs = 600_000;

describeOnPods('kubectl wfe, when connections to the API server break', (environment) => {
  let controller: ServiceProcess;
  let proxy: FaultProxy;
  let plugin: Plugin;

  beforeAll(async () => {
    const { namespace, kubectl, controller: options } = environment();
    await kubectl('create', 'rolebinding', 'engineer', '-n', namespace, '--clusterrole=edit', '--user=engineer');
    controller = await startService(options);
    proxy = await new FaultProxy(sharedCluster()).listen();
    plugin = await pluginAt(proxy.url, namespace);
  }, buildMs);

  afterAll(async () => {
    await controller.stop();
    await proxy.close();
    await plugin[Symbol.asyncDispose]();
  });

  const ofLogs = { path: /\/log$/ };
  const script = 'i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); [ $((i % 20)) -eq 0 ] && sleep 1; done; true';
  const complete = Array.from({ length: 60 }, (_, i) => `[run : shell] line ${i}\n`).join('');

  it('prints each line of a log once, live and afterwards', async () => {
    await environment().execute('broken', shellWorkflow(script));

    const live = proxy.inject(ofLogs, resetAfter(500), 4);
    expect(await plugin.wfe('logs', '-f', 'broken')).toBe(complete);
    expect(live.hits).toBe(4);
    const early = proxy.inject(ofLogs, endAfter(700), 1);
    expect(await plugin.wfe('logs', 'broken')).toBe(complete);
    expect(early.hits).toBe(1);
  });

  it('waits for the end of an execution through broken watches', async () => {
    const { containerImage } = (await environment().execute('first', shellWorkflow('true'))).spec.workflowRef;
    await environment().finished('first');
    const watches = proxy.inject({ watch: true }, resetAfter(0), 3);

    const flags = [
      '--workflow',
      'w',
      '--workflow-version',
      '1',
      '--image',
      containerImage,
      '--remediation-request',
      'rr',
    ];
    const target = `${environment().namespace}/deployment/second`;
    const shown = await plugin.wfe('run', 'second', ...flags, '--target', target, '--wait');

    expect(shown).toMatch(/second created\n.*second is Completed after \S+\n$/);
    expect(watches.hits).toBeGreaterThan(0);
  });
});

/** A plugin that reaches the cluster through a proxy, which adds its own credentials. */
async function pluginAt(server: string, namespace: string): Promise<Plugin> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-wfe-proxy-'));
  const file = join(directory, 'kubeconfig');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'proxy' },
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'proxy', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
  };
  try {
    await writeFile(file, stringify(config));
    return await Plugin.for('engineer', namespace, file);
  } finally {
    await rm(directory, { recursive: true });
  }
}
