import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chartFiles } from '../../scripts/release/chart/chart.ts';
import { imageName, kustomize, renderings } from '../../scripts/release/kustomize.ts';
import { runCommand } from '../cluster/command.ts';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { commandBlocks } from '../integration/docs/command-blocks.ts';
import { kubectl } from '../support/product.ts';
import { Helm } from './helm.ts';

const system = 'kubernaut-system';
const settings = 'workflow-execution-settings';
const [older, newer] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
/** Milliseconds for a first build of Helm on two busy cores. */
const patience = 900_000;

/** The line of the section Upgrade of docs/install.md that starts with a command. */
async function upgradeCommand(start: string): Promise<string> {
  const blocks = (await commandBlocks()).filter(
    ({ page, commands }) => page === 'install.md' && /upgrade/.test(commands),
  );
  const lines = blocks.flatMap(({ commands }) => commands.split('\n')).filter((line) => line.startsWith(start));
  expect(lines).toHaveLength(1);
  return lines.join('');
}

// No pods: what is upgraded are objects. release.prove-spec.ts runs them.
describe('a newer release', () => {
  let directory: string;
  let cluster: Cluster;
  let helm: Helm;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'workflow-execution-upgrade-'));
    cluster = await startCluster({ name: `upgrade-${process.pid}`, level: 'api', ignoreKubeconfig: true });
    helm = await Helm.in(join(directory, 'helm'), cluster.kubeconfig);
    mkdirSync(join(directory, 'bin'));
    symlinkSync(cluster.kubectl, join(directory, 'bin', 'kubectl'));
    symlinkSync(helm.path, join(directory, 'bin', 'helm'));
    await release('0.0.9', older);
    await release('0.1.0', newer);
  }, patience);

  afterAll(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  }, patience);

  /** Writes the manifests and the chart of a version into a directory of its name. */
  async function release(version: string, digest: string): Promise<void> {
    const image = { repository: imageName, digest };
    const chart = join(directory, 'chart', version);
    const source = { version, description: 'Runs workflows', image, rendering: await renderings(cluster.kubectl) };
    for (const [path, content] of chartFiles(source)) {
      mkdirSync(dirname(join(chart, path)), { recursive: true });
      writeFileSync(join(chart, path), content);
    }
    const out = join(directory, version);
    await helm.run('package', chart, '--destination', out);
    writeFileSync(join(out, 'install.yaml'), await kustomize(cluster.kubectl, { image }));
  }

  /** Runs a command of the page in the directory of the newer release. */
  async function run(command: string): Promise<void> {
    const path = [join(directory, 'bin'), process.env['PATH']].join(':');
    const { code, stdout, stderr } = await runCommand('sh', ['-c', command], {
      cwd: join(directory, '0.1.0'),
      env: { ...helm.environment, PATH: path },
    });
    expect({ code, output: code === 0 ? '' : `${stdout}${stderr}` }).toEqual({ code: 0, output: '' });
  }

  const get = (what: string, path: string) =>
    kubectl(cluster, 'get', '-n', system, ...what.split(' '), '-o', `jsonpath=${path}`);
  const images = () => get('deployments', '{.items[*].spec.template.spec.containers[*].image}');
  const replicas = () => get('deployment workflow-execution-api', '{.spec.replicas}');
  const cooldown = () => get(`configmap ${settings}`, '{.data.WFE_COOLDOWN}');

  describe('of the chart', () => {
    afterAll(() => helm.run('uninstall', 'workflow-execution', '--namespace', system));

    it('replaces the image and keeps the values of the user with helm upgrade', async () => {
      const values = ['--set', 'api.replicas=3,settings.WFE_COOLDOWN=1m,crds.keep=false'];
      const chart = join(directory, '0.0.9', 'workflow-execution-0.0.9.tgz');
      await helm.run('install', 'workflow-execution', chart, '--namespace', system, '--create-namespace', ...values);
      await expect(images()).resolves.toBe(`${imageName}@${older} ${imageName}@${older}`);

      await run((await upgradeCommand('helm upgrade')).replace(' --wait', ''));

      await expect(images()).resolves.toBe(`${imageName}@${newer} ${imageName}@${newer}`);
      await expect(Promise.all([replicas(), cooldown()])).resolves.toEqual(['3', '1m']);
    });
  });

  it('replaces the image and what was changed with kubectl with kubectl apply', async () => {
    await kubectl(cluster, 'apply', '--server-side', '-f', join(directory, '0.0.9', 'install.yaml'));
    await kubectl(cluster, 'scale', '-n', system, 'deployment/workflow-execution-api', '--replicas=3');
    const data = { WFE_ALLOWED_SERVICE_ACCOUNTS: '*:restart' };
    await kubectl(
      cluster,
      'patch',
      '-n',
      system,
      'configmap',
      settings,
      '--type=merge',
      '-p',
      JSON.stringify({ data }),
    );

    await run(await upgradeCommand('kubectl apply'));

    await expect(images()).resolves.toBe(`${imageName}@${newer} ${imageName}@${newer}`);
    await expect(replicas()).resolves.toBe('2');
    await expect(get(`configmap ${settings}`, '{.data.WFE_ALLOWED_SERVICE_ACCOUNTS}')).resolves.toBe(
      '*:workflow-execution-sa',
    );
  });
});
