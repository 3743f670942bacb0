import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { findOnPath } from '../../cluster/command.ts';
import { sharedCluster } from '../../integration/support/cluster.ts';
import { FaultProxy } from '../../integration/support/fault-proxy.ts';
import { endAfter, resetAfter } from '../../integration/support/faults.ts';
import { letServiceKeepLocks } from '../../integration/support/service-rights.ts';
import { startService, type ServiceProcess } from '../../support/service.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publishWorkflow } from '../../support/workflows.ts';
import { describeOnPods } from '../environment.ts';
import { shellWorkflow, tasksWorkflow } from '../shell-workflow.ts';
import { kubeconfigOf, Plugin } from './plugin.ts';

/** Timeout for building the plugin on two busy cores, once per machine and version. */
const buildMs = 600_000;

/** Compares with a file of this directory; `WFE_UPDATE_GOLDEN=1` writes it instead. */
function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, `${name}.txt`);
  if (process.env['WFE_UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const withGo = findOnPath('go') === undefined ? describe.skip : describe;

withGo('kubectl wfe', () => {
  describeOnPods('with real containers', (environment) => {
    let controller: ServiceProcess;
    let plugin: Plugin;

    beforeAll(async () => {
      const { client, namespace, kubectl, controller: options } = environment();
      await letServiceKeepLocks(client, namespace);
      await kubectl(
        'create',
        'configmap',
        'workflow-execution-settings',
        '-n',
        namespace,
        '--from-literal=WFE_COOLDOWN=1h',
      );
      await kubectl('create', 'rolebinding', 'engineer', '-n', namespace, '--clusterrole=edit', '--user=engineer');
      const settings = { ...options.settings, WFE_NAMESPACE: namespace, WFE_COOLDOWN: '1h' };
      controller = await startService({ ...options, settings });
      plugin = await Plugin.for('engineer', namespace, readFileSync(process.env['WFE_TEST_KUBECONFIG'] ?? '', 'utf8'));
    }, buildMs);

    afterAll(async () => {
      await controller.stop();
      await plugin[Symbol.asyncDispose]();
    });

    /** Flags of a workflow on a Deployment. */
    const flagsOf = async (workflow: string, tasks: Parameters<typeof tasksWorkflow>[0], target: string) => {
      const { publisher, namespace } = environment();
      const image = await publishWorkflow(publisher, `${namespace}-${workflow}:v1`, tasksWorkflow(tasks));
      const what = ['--workflow', workflow, '--workflow-version', '1.0.0', '--image', image];
      return [...what, '--target', `${namespace}/deploy/${target}`, '--remediation-request', 'rr-1'];
    };

    it('runs a workflow, shows its log while it has pods, and explains why it does not run again', async () => {
      const { kubectl, namespace } = environment();
      const deletePods = (selector: string) => kubectl('delete', 'pods', '-n', namespace, '-l', selector);
      const check = { steps: { list: 'echo checking' } };
      const apply = {
        runAfter: ['check'],
        steps: { patch: `echo patching; printf '\\033[31mred\\033[0m\\n'`, verify: 'echo ok' },
      };
      const flags = await flagsOf('restart', { check, apply }, 'cart');

      await plugin.wfe('list');
      await plugin.wfe('run', 'cart-restart', ...flags, '--dry-run');
      await plugin.wfe('run', 'cart-restart', ...flags, '--logs');
      await plugin.wfe('logs', 'cart-restart');
      await plugin.wfe('why', 'cart-restart');
      await plugin.wfe('run', 'cart-again', '--from', 'cart-restart', '--wait');
      await plugin.wfe('why', 'cart-again');
      await plugin.wfe(
        'run',
        'cart-now',
        '--from',
        'cart-again',
        '--override-cooldown',
        'agreed with the on-call lead',
      );
      await plugin.wfe('logs', 'cart-again');
      await plugin.wfe('locks', `${namespace}/deploy/cart`);
      await deletePods('tekton.dev/pipelineTask=check,kubernaut.ai/workflow-execution=cart-restart');
      await plugin.wfe('logs', 'cart-restart');
      await deletePods('kubernaut.ai/workflow-execution=cart-restart');
      await plugin.wfe('logs', 'cart-restart');

      expectGolden('run', plugin.shown());
    });

    it('explains which step failed', async () => {
      const script = `echo patching; printf 'a\\rb\\n'; echo permission denied; exit 7`;
      const flags = await flagsOf('patch', { apply: { steps: { prepare: 'true', patch: script } } }, 'api');

      await plugin.wfe('run', 'api-patch', ...flags, '--wait');
      await plugin.wfe('why', 'api-patch');
      await plugin.wfe('why', 'api-patch', '-o', 'yaml');
      await plugin.wfe('cancel', 'api-patch');

      expectGolden('failure', plugin.shown());
    });

    it('shows who has a target, and cancels', async () => {
      const { client, namespace } = environment();
      const flags = await flagsOf('hold', { hold: { steps: { sleep: 'echo holding; sleep 600' } } }, 'ledger');
      const manifest = await plugin.wfe('run', 'ledger-hold', ...flags, '--dry-run', '-o', 'yaml');
      plugin.shown();
      await plugin.write('execution.yaml', manifest.replace(/^status:[^]*/m, ''));

      await plugin.wfe('run', '-f', 'execution.yaml', '--wait', '--timeout', '1s');
      const followed = await plugin.start('logs', '-f', 'ledger-hold');
      await waitFor(
        client,
        workflowExecutionResource,
        { namespace, name: 'ledger-hold' },
        'its task runs',
        ([hold]) => hold?.status?.message?.startsWith('0 of 1 tasks done; ') ?? false,
      );
      await plugin.wfe('run', 'ledger-second', '--from', 'ledger-hold', '--logs');
      await plugin.wfe('why', 'ledger-second');
      await plugin.wfe('why', 'ledger-hold');
      await plugin.wfe('locks');
      await plugin.wfe('list', '--phase', 'Running', '--target', `${namespace}/deployments.apps/ledger`);
      await plugin.wfe('cancel', 'ledger-hold');
      await followed();
      await plugin.wfe('cancel', 'ledger-hold');
      await plugin.wfe('why', 'ledger-hold');

      // Tekton deletes the pod of a canceled task, perhaps before its log has been read to the end.
      const shown = plugin.shown().replace(/^\[hold\] pod .+ is gone, and with it the unread rest .*\n/m, '');
      expectGolden('cancel', shown.replace(/(?<=Tekton says: ).*/, '…'));
    });

    it('words errors as kubectl does, and lists, also for completion', async () => {
      const flags = await flagsOf('invalid', { run: { steps: { never: 'true' } } }, 'api');

      await plugin.wfe('list');
      await plugin.wfe('list', '-o', 'name', '--workflow', 'restart');
      await plugin.kubectl('__complete', 'wfe', 'why', 'api-');
      await plugin.wfe('why', 'nothing');
      await plugin.wfe('run', 'x', ...flags, '--param', 'lower=1', '--digest', 'latest');
      await plugin.wfe('run', '--workflow', 'restart');
      await plugin.wfe('list', '--target', 'payment/frob/x');
      await plugin.wfe('list', '-A');
      await plugin.wfe('locks', '--service-namespace', 'kubernaut-system');
      await plugin.wfe('why', 'cart-again', '--service-namespace', 'kubernaut-system');

      expectGolden('errors', plugin.shown());
    });

    it('prints each line of a log once when connections to the API server break', async () => {
      const { execute, namespace } = environment();
      await using proxy = await new FaultProxy(sharedCluster()).listen();
      await using behind = await Plugin.for('engineer', namespace, kubeconfigOf(proxy.url));
      const ofLogs = { path: /\/log$/ };
      const complete = Array.from({ length: 60 }, (_, i) => `[run : shell] line ${i}\n`).join('');
      const script =
        'i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); [ $((i % 20)) -eq 0 ] && sleep 0.5; done; true';
      await execute('broken', shellWorkflow(script));

      const live = proxy.inject(ofLogs, resetAfter(500), 4);
      expect(await behind.wfe('logs', '-f', 'broken')).toBe(complete);
      const early = proxy.inject(ofLogs, endAfter(700), 1);
      expect(await behind.wfe('logs', 'broken')).toBe(complete);
      expect([live.hits, early.hits]).toEqual([4, 1]);
    });
  });
});
