import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { runCommand } from '../../cluster/command.ts';
import { bind, callerOf } from '../../support/callers.ts';
import { kubectl } from '../../support/product.ts';
import { releaseExecutions } from '../../support/release-executions.ts';
import { sharedApi, untilOperator } from '../api/shared-api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { commandBlocks } from './command-blocks.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
};
const config = sharedCluster();
const client = new KubernetesClient(config);
const caller = { namespace: 'default', name: 'remediation-orchestrator' };
/** The namespace in the examples of the pages. */
const example = 'payment';

const [api] = await sharedApi();
const runnable = Map.groupBy(
  (await commandBlocks()).filter(({ runner }) => runner.kind === 'run'),
  ({ page }) => page,
);

describe('the commands in docs/', () => {
  let directory: string;
  let unbind: () => Promise<void>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-docs-'));
    await symlink(cluster.kubectl, join(directory, 'kubectl'));
    await kubectl(cluster, 'create', 'namespace', example);
    const orchestrator = await callerOf(client, caller);
    unbind = await bind(client, 'workflow-execution-operator', caller, 'everywhere');
    await untilOperator(client, orchestrator);
  });

  afterAll(async () => {
    await kubectl(cluster, 'delete', 'wfe', '-n', caller.namespace, '--all', '--wait=false');
    await releaseExecutions(client, caller.namespace);
    await unbind();
    await kubectl(cluster, 'delete', 'namespace', example, '--wait=false');
    await config.close();
    await rm(directory, { recursive: true });
  });

  it.each([...runnable.keys()])('of %s work', async (page) => {
    const commands = (runnable.get(page) ?? []).map((block) => block.commands).join('\n');
    const script = commands.replaceAll('http://127.0.0.1:8080', api.url).replaceAll('127.0.0.1:50051', api.grpcAddress);
    // An error response fails the script.
    const strict = `set -eu\ncurl() { command curl --fail-with-body "$@"; }\n${script}`;
    const path = [directory, join(root, 'node_modules', '.bin'), process.env['PATH']].join(':');

    const { code, stdout, stderr } = await runCommand('sh', ['-c', strict], {
      cwd: directory,
      env: { ...process.env, PATH: path, KUBECONFIG: cluster.kubeconfig },
    });

    expect({ code, said: code === 0 ? '' : `${stdout}${stderr}` }).toEqual({ code: 0, said: '' });
  });
});
