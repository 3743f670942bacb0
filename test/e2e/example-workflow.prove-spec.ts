import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { WorkflowExecutionSpec } from '../../src/workflow-execution/generated/workflow-execution.ts';
import { blocksOf } from '../integration/docs/command-blocks.ts';
import { restrictPods } from '../integration/reconciler/admission.ts';
import { sharedApi } from '../integration/api/shared-api.ts';
import { runCommand } from '../cluster/command.ts';
import { readRecord, serverUrl } from '../cluster/record.ts';
import { routeKubernetesService } from '../cluster/service-route.ts';
import { readToEnd, restLog } from '../support/log-reader.ts';
import { restartPipeline, restartWorkflow } from '../support/restart-workflow.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { describeOnPods } from './environment.ts';

const [api] = await sharedApi();
const kubeconfig = process.env['WFE_TEST_KUBECONFIG'] ?? '';
const record = readRecord(dirname(kubeconfig));

const guide = readFileSync(join(import.meta.dirname, '../../docs/guide.md'), 'utf8');
/** The execution that the guide creates. */
const { spec } = parse(/^```yaml\n([^]*?)^```$/m.exec(guide)?.[1] ?? '') as { spec: WorkflowExecutionSpec };

describeOnPods('the example workflow, in a namespace that enforces restricted', (environment) => {
  let service: ServiceProcess;
  let directory: string;
  let bundle: string;
  let removeRoute: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const { client, namespace, publisher, kubectl, controller } = environment();
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-example-'));
    await restrictPods(client, namespace);
    await kubectl('apply', '-n', namespace, '-f', join(restartWorkflow, 'rbac.yaml'));
    await writeFile(join(directory, 'web.json'), JSON.stringify(aDeployment('web', publisher.stepImage)));
    await kubectl('apply', '-n', namespace, '-f', join(directory, 'web.json'));
    bundle = `${publisher.registry}/workflows/restart:v1`;
    if (record) removeRoute = await routeKubernetesService({ ...record, server: serverUrl(record) });
    await pushWithCurl(bundle);
    await symlink(process.env['WFE_TEST_KUBECTL'] ?? 'kubectl', join(directory, 'kubectl'));
    service = await startService({ ...controller, settings: { ...controller.settings, ...(await policy()) } });
  });
  afterAll(async () => {
    await service.stop();
    await removeRoute?.();
    await rm(directory, { recursive: true });
  });

  /** The commands of a block of the guide. */
  function block(command: string): string {
    return blocksOf('guide.md', guide).find(({ commands }) => commands.includes(command))?.commands ?? 'false';
  }

  /** The output of commands, of which the first that fails is the last. */
  async function shell(script: string): Promise<string> {
    const env = { ...process.env, KUBECONFIG: kubeconfig, PATH: [directory, process.env['PATH']].join(':') };
    const { code, stdout, stderr } = await runCommand('sh', ['-euc', script], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  /** What may run on an installation by deploy/base after the guide's patch, which would affect other tests. */
  async function policy(): Promise<Record<string, string>> {
    const patch = /^kubectl .* patch configmap (?:.*\\\n)*.*$/m.exec(block('patch configmap'))?.[0] ?? 'false';
    const { data } = parse(await shell(`${patch} --dry-run=server -o json`)) as { data: Record<string, string> };
    return Object.fromEntries(Object.entries(data).filter(([name]) => /^WFE_(ALLOWED|REQUIRE)_/.test(name)));
  }

  /** Pushes the bundle as the guide describes it for those without tkn. */
  async function pushWithCurl(reference: string): Promise<void> {
    const { registry } = environment().publisher;
    const local = { registry, directory: record?.directory ?? '', kubectl: process.env['WFE_TEST_KUBECTL'] ?? '' };
    await writeFile(join(directory, 'pipeline.yaml'), await restartPipeline(local));
    const script = join(restartWorkflow, '../push-bundle.sh');
    const { code, stdout, stderr } = await runCommand('bash', [script, reference, join(directory, 'pipeline.yaml')], {
      env: { ...process.env, REGISTRY_SCHEME: 'http' },
    });
    expect({ code, stderr, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/@sha256:[0-9a-f]{64}\n$/),
    });
  }

  it('restarts the pods of its target', async () => {
    const { namespace, create, finished, kubectl } = environment();
    await kubectl('rollout', 'status', '-n', namespace, 'deployment/web', '--timeout=120s');
    const podsOf = () => kubectl('get', 'pods', '-n', namespace, '-l', 'app=web', '-o', 'name');
    const before = await podsOf();
    const workflowRef = { ...spec.workflowRef, containerImage: bundle };
    await create('restart', bundle, { ...spec, workflowRef, targetResource: `${namespace}/deployment/web` });

    const { status } = await finished('restart');

    expect(status).toMatchObject({ phase: 'Completed', outcome: 'Success' });
    const annotation = '{.spec.template.metadata.annotations.example\\.org/restarted-by}';
    const run = await kubectl('get', 'deployment', 'web', '-n', namespace, '-o', `jsonpath=${annotation}`);
    expect(run).toBe(status?.pipelineRunRef?.uid);
    expect((await podsOf()).split('\n').filter((pod) => !before.includes(pod))).toHaveLength(1);
  });

  it('fails without its rights, and its log says which one is missing', async () => {
    const { namespace, create, finished } = environment();
    await create('forbidden', bundle, { targetResource: `${namespace}/deployment/other` });

    const { status } = await finished('forbidden');

    expect(status?.failure).toMatchObject({
      reason: 'TaskFailed',
      failedTask: { name: 'restart', stepName: 'rollout', exitCode: 1 },
    });
    const missing = 'cannot get resource "deployments" in API group "apps"';
    const log = await readToEnd(restLog(api, { namespace, name: 'forbidden' }));
    expect(log.at(-1)?.text).toContain(missing);
    const script = block('kubectl logs')
      .replaceAll('restart-payment-api', 'forbidden')
      .replaceAll('-n payment', `-n ${namespace}`);
    await expect(shell(script)).resolves.toContain(missing);
  });
});

/** A Deployment that `restricted` admits. */
function aDeployment(name: string, image: string): object {
  const securityContext = {
    ...{ runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const container = { name, image, command: ['sleep', 'infinity'], securityContext };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [container] },
      },
    },
  };
}
