import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { kubectl as runKubectl } from '../support/product.ts';

const demo = join(import.meta.dirname, '../../demo/demo.ts');
const namespace = 'workflow-execution-demo';
const reason = process.env['WFE_TEST_NO_PODS'];
const describeOnPods = reason === undefined ? describe : describe.skip;
/** Time for a cluster to start on two cores that others keep busy as well, in milliseconds. */
const startMs = 600_000;

describeOnPods('the demo', () => {
  it('runs with its service until Ctrl-C and removes everything', async () => {
    const child = spawn(process.execPath, [demo], { stdio: ['ignore', 'pipe', 'inherit'], env: withKubeconfig() });
    const output: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      output.push(line);
      if (line.includes('until you press Ctrl-C')) break;
    }
    const shown = output.join('\n');
    const swagger = /http:\/\/\S+\/docs/.exec(shown)?.[0] ?? '';
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(shown)?.[1] ?? '';
    const alice = `system:serviceaccount:${namespace}:alice`;
    expect(shown).toMatch(/from-program +Completed/);
    expect(shown).toContain('[remediate : report] Hello from GitOps, with kubectl apply');
    expect(shown).toContain('[restart : rollout] deployment "web" successfully rolled out');
    expect(shown).toMatch(/restart-missing failed: .*TaskFailed.*\n.*deployments\.apps "missing" not found/);
    expect(shown).toMatch(/restart-web-again was never run: Try again in \d+ s/);
    expect(shown).toMatch(new RegExp(`restart-web-again +Skipped +RecentlyRemediated +${alice}`));
    expect(shown).toMatch(new RegExp(`restart-web +workflowexecution\\.selection\\.completed +success +${alice}`));
    expect(shown).toMatch(/from-gitops +workflowexecution\.workflow\.completed +success/);
    await expect(fetch(swagger).then((page) => page.text())).resolves.toContain('WorkflowExecution API');
    expect(existsSync(kubeconfig)).toBe(true);

    child.kill('SIGINT');
    child.stdout.resume();

    await expect(once(child, 'close')).resolves.toEqual([0, null]);
    expect(existsSync(dirname(kubeconfig))).toBe(false);
  });
});

describeOnPods('the demo on a cluster that KUBECONFIG names', () => {
  let cluster: Cluster;

  beforeAll(
    async () => (cluster = await startCluster({ level: 'pods', owner: 'process', ignoreKubeconfig: true })),
    startMs,
  );
  afterAll(() => cluster.stop());

  const kubectl = (...args: string[]) => runKubectl(cluster, ...args);

  /** Runs the demo to its end: its exit code, and what it wrote to stderr. */
  async function runDemo(): Promise<{ readonly code: unknown; readonly errors: string }> {
    const env = withKubeconfig(cluster.kubeconfig);
    const child = spawn(process.execPath, [demo, '--once'], { stdio: ['ignore', 'ignore', 'pipe'], env });
    const [code, errors] = await Promise.all([exitCodeOf(child), text(child.stderr)]);
    return { code, errors };
  }

  it('removes everything that it has created', async () => {
    const kinds = 'namespaces,crds,clusterroles,clusterrolebindings,validatingadmissionpolicies';
    const before = await kubectl('get', kinds, '-o', 'name');

    expect(await runDemo()).toMatchObject({ code: 0 });

    await expect(kubectl('get', kinds, '-o', 'name')).resolves.toBe(before);
    await expect(kubectl('get', 'leases', '-n', 'kube-system', '-o', 'name')).resolves.not.toContain('workflow');
  });

  it('keeps an existing namespace of its name', async () => {
    await kubectl('create', 'namespace', namespace);

    const { code, errors } = await runDemo();

    expect(code).toBe(1);
    expect(errors).toContain(`The namespace ${namespace} exists and was not created by the demo`);
    await expect(kubectl('get', 'namespace', namespace, '-o', 'jsonpath={.status.phase}')).resolves.toBe('Active');
  });
});

/** The environment with another KUBECONFIG, or without one. */
function withKubeconfig(kubeconfig?: string): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: kubeconfig };
}

async function exitCodeOf(child: ChildProcess): Promise<unknown> {
  const ended: readonly unknown[] = await once(child, 'close');
  return ended[0];
}
