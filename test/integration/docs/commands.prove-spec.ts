import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { runCommand } from '../../cluster/command.ts';
import { callerOf } from '../../support/callers.ts';
import { kubectl } from '../../support/product.ts';
import { releaseExecutions } from '../../support/release-executions.ts';
import { sharedApi, untilOperator } from '../api/shared-api.ts';
import { cluster, sharedCluster } from '../support/cluster.ts';
import { commandBlocks } from './command-blocks.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const config = sharedCluster();
const client = new KubernetesClient(config);
/** The namespace in the examples of the pages, which docs/install.md creates. */
const namespace = 'payment';

const [api] = await sharedApi();
const runnable = Map.groupBy(
  (await commandBlocks()).filter(({ runner }) => runner.kind === 'run'),
  ({ page }) => page,
);

describe('the commands in docs/', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-docs-'));
    await symlink(cluster.kubectl, join(directory, 'kubectl'));
  });

  afterAll(async () => {
    await kubectl(cluster, 'delete', 'wfe', '-n', namespace, '--all', '--wait=false');
    await releaseExecutions(client, namespace);
    await kubectl(cluster, 'delete', 'namespace', namespace, '--wait=false');
    await config.close();
    await rm(directory, { recursive: true });
  });

  async function run(page: string): Promise<void> {
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
  }

  it('of install.md grant access', async () => {
    await run('install.md');
    await untilOperator(client, await callerOf(client, { namespace, name: 'remediation-orchestrator' }), namespace);
  });

  it.each([...runnable.keys()].filter((page) => page !== 'install.md'))('of %s work then', run);
});
