import { describe, expect, it } from '@jest/globals';
import { loadConfig, unknownVariables } from '../../../src/config/config.ts';
import { arrayOf, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { violationsOf } from '../../../src/workflow-execution/policy.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { dryRun } from './dry-run.ts';
import { objectOf, podSpecOf, rendered, settingsOf } from './rendered.ts';

const containerDigest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const ours = { ...aSpec().workflowRef, containerDigest };
const restricted = ['base', 'high-availability', 'cert-manager', 'monitoring', 'production'].map(pathOf);
const everywhere = [...restricted, 'overlays/local'];
/** Kinds of operators that the cluster of the tests does not have. */
const foreign = /^(cert-manager\.io|monitoring\.coreos\.com)\//;

describe.each(everywhere)('deploy/%s', (overlay) => {
  it('can be applied', async () => {
    const known = (await rendered(overlay)).filter(({ apiVersion }) => !foreign.test(String(apiVersion)));
    await expect(dryRun('apply', known)).resolves.toContain('deployment.apps/workflow-execution');
  });

  it('sets nothing but settings, and each as it has to be', async () => {
    const settings = await settingsOf(overlay);
    expect(unknownVariables(settings)).toEqual([]);
    expect(Object.keys(settings).filter((name) => !name.startsWith('WFE_'))).toEqual([]);
    expect(() => loadConfig(settings)).not.toThrow();
  });

  it('reads the level of the log from a ConfigMap that need not be there', async () => {
    const { logLevelFile } = loadConfig(await settingsOf(overlay));
    const { containers, volumes } = await podSpecOf(overlay);
    const mounts = arrayOf(recordOf(arrayOf(containers)[0])['volumeMounts']).map(recordOf);
    const mount = mounts.find(({ mountPath }) => `${String(mountPath)}/level` === logLevelFile);

    const configMap = expect.objectContaining({ name: 'workflow-execution-log', optional: true });
    expect(volumes).toContainEqual(expect.objectContaining({ name: mount?.['name'], configMap }));
  });

  it('gives a pod longer to end than the service takes', async () => {
    const { shutdownMs } = loadConfig(await settingsOf(overlay));
    const { terminationGracePeriodSeconds } = await podSpecOf(overlay);
    expect(Number(terminationGracePeriodSeconds) * 1000).toBeGreaterThan(shutdownMs);
  });
});

describe.each(restricted)('a pod of deploy/%s', (overlay) => {
  it('is admitted where pods are restricted, and another one is not', async () => {
    // Its PriorityClass is not there yet.
    const spec = { ...(await podSpecOf(overlay)), priorityClassName: undefined };

    await expect(dryRun('create', [aPod(spec)])).resolves.toContain('pod/admitted created');
    await expect(dryRun('create', [aPod({ ...spec, hostNetwork: true })])).rejects.toThrow(
      'violates PodSecurity "restricted:latest"',
    );
  });
});

it('the base lets everything run, as the service does that is told nothing', async () => {
  const ofThePod = ['WFE_HTTP_ADDRESS', 'WFE_GRPC_ADDRESS', 'WFE_PLAINTEXT', 'WFE_LOG_LEVEL_FILE'];
  const settings = Object.entries(await settingsOf('base'));
  const policy = Object.fromEntries(settings.filter(([name]) => !ofThePod.includes(name)));
  expect(loadConfig(policy)).toEqual(loadConfig({}));
});

it.each(['overlays/cert-manager', 'overlays/production'])(
  '%s speaks TLS with the certificate that it mounts',
  async (overlay) => {
    const { plaintext, tlsCertFile } = loadConfig(await settingsOf(overlay));
    const objects = await rendered(overlay);
    const { secretName } = recordOf(objectOf(objects, 'Certificate', 'workflow-execution')['spec']);
    const { containers, volumes } = await podSpecOf(overlay);
    const mounts = arrayOf(recordOf(arrayOf(containers)[0])['volumeMounts']).map(recordOf);
    const mount = mounts.find(({ mountPath }) => `${String(mountPath)}/tls.crt` === tlsCertFile);

    expect(plaintext).toBe(false);
    expect(volumes).toContainEqual(
      expect.objectContaining({ name: mount?.['name'], secret: expect.objectContaining({ secretName }) }),
    );
  },
);

describe('production', () => {
  it.each([
    ['a pinned bundle of ours', aSpec({ workflowRef: ours }), []],
    ['a bundle that is not pinned', aSpec(), ['WFE_REQUIRE_DIGEST']],
    ['a foreign bundle', aSpec({ workflowRef: { ...ours, containerImage: 'evil/x' } }), ['WFE_ALLOWED_BUNDLES']],
    [
      'a ServiceAccount of its own choice',
      aSpec({ workflowRef: ours, executionConfig: { serviceAccountName: 'admin' } }),
      ['WFE_ALLOWED_SERVICE_ACCOUNTS'],
    ],
  ])('judges %s', async (_what, spec, broken) => {
    const policy = loadConfig(await settingsOf('overlays/production'));
    expect(violationsOf(spec, 'payment', policy).map(({ rule }) => rule)).toEqual(broken);
  });
});

function aPod(spec: JsonRecord): JsonRecord {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'admitted', namespace: 'kubernaut-system' }, spec };
}

function pathOf(name: string): string {
  return name === 'base' ? name : `overlays/${name}`;
}
