import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pipelineRunLabels } from '../../src/tekton/build-pipeline-run.ts';
import { submitByGrpc, submitByRest } from '../../demo/submit.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { expectedOf } from '../audit-chaos/plan.ts';
import { findCache } from '../cluster/cache.ts';
import { checkTrail, describeViolation, startDataStorage, type FakeDataStorage } from '../data-storage/index.ts';
import { gitopsStatuses, ensureGitopsStatus } from '../gitops/gitops-status.ts';
import { sharedApi } from '../integration/api/shared-api.ts';
import { restrictPods } from '../integration/reconciler/admission.ts';
import { podResource } from '../support/pods.ts';
import { startPrivateRegistry, type PrivateRegistry } from '../support/private-registry.ts';
import { serviceAccounts, systemNamespace } from '../support/service-account.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { publishSampleWorkflow, publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { shellWorkflow } from './shell-workflow.ts';

// Each integration has its own tests. This is one path through all of them, with the API and the controller as separate
// processes with the rights of deploy/base.

/** Milliseconds to build the program that runs kstatus on two busy cores, once for a machine. */
const buildMs = 600_000;
const restrictedStep = {
  securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const [api] = await sharedApi();

describeOnPods('Kubernaut and GitOps tools, on a cluster with the restrictions of OpenShift', (environment) => {
  let directory: string;
  let registry: PrivateRegistry;
  let storage: FakeDataStorage;
  let controller: ServiceProcess;
  let kstatus: string;

  beforeAll(async () => {
    kstatus = await ensureGitopsStatus(findCache());
    const { client, namespace, publisher } = environment();
    directory = await mkdtemp(join(tmpdir(), 'neighbours-'));
    registry = await startPrivateRegistry(publisher.registry);
    await restrictPods(client, namespace);
    await pullAs('workflow-execution-sa');
    await startController();
  }, buildMs);

  afterAll(async () => {
    await controller.stop();
    await storage.stop();
    await registry.close();
    await rm(directory, { recursive: true });
  });

  it('the cluster denies what the service and its workflows do not need', async () => {
    const { client, namespace } = environment();
    const { apiVersion, name } = { apiVersion: workflowExecutionApiVersion, name: 'probe' };
    const owner = { apiVersion, kind: 'WorkflowExecution', name, uid: 'probe', blockOwnerDeletion: true };
    const metadata = { namespace, name };
    const withoutFinalizers = loadKubeConfigFiles([process.env['WFE_TEST_API_KUBECONFIG'] ?? '']);
    const owned = { apiVersion, kind: owner.kind, metadata: { ...metadata, ownerReferences: [owner] }, spec: aSpec() };
    const containers = [{ name, image: 'busybox' }];
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } };

    const created = new KubernetesClient(withoutFinalizers).create(workflowExecutionResource, owned, { dryRun: true });

    await expect(created).rejects.toThrow('cannot set blockOwnerDeletion');
    await expect(client.create(podResource, pod, { dryRun: true })).rejects.toThrow('violates PodSecurity "restricted');
    await withoutFinalizers.close();
  });

  it('executions that complete, fail and are skipped: run, recorded once, and read by kstatus and kubectl', async () => {
    const { namespace, publisher, kubectl } = environment();
    const sample = inPrivate(await publishSampleWorkflow(publisher));
    const failing = await publishWorkflow(publisher, `${namespace}:v1`, shellWorkflow('exit 3', restrictedStep));
    const target = `${namespace}/deployment/api`;

    await submitByGrpc(api.grpcAddress, token(), submission('completed', sample, target));
    await finished('completed');
    const ofRun = ['-l', `${pipelineRunLabels.workflowExecution}=completed`, '-c', 'step-report'];
    await expect(kubectl('logs', '-n', namespace, ...ofRun)).resolves.toBe(`Remediating ${target}\ncompleted\n`);
    await submitByRest(host(), token(), submission('skipped', sample, target));
    await submitByRest(host(), token(), submission('failed', inPrivate(failing), `${namespace}/deployment/other`));
    await finished('skipped', 'failed');

    await expect(summary('completed')).resolves.toBe('Completed Success');
    await expect(summary('skipped')).resolves.toMatch(/^Skipped .*RecentlyRemediated/);
    await expect(summary('failed')).resolves.toMatch(/^Failed .*TaskFailed/);
    await kubectl(...waitFor('AuditRecorded'), 'completed', 'skipped', 'failed');
    const courses = { completed: 'completes', skipped: 'is-skipped', failed: 'fails' } as const;
    const trail = Object.entries(courses).map(([name, course]) =>
      expectedOf(namespace, { name, course, correlationId: 'rr-demo' }),
    );
    expect(checkTrail(storage.rows, trail).map(describeViolation)).toEqual([]);
    const stored = await Promise.all(Object.keys(courses).map((name) => execution(name, 'json')));
    await expect(gitopsStatuses(kstatus, stored)).resolves.toMatchObject([
      { kstatus: { status: 'Current' }, argocd: { status: 'Healthy' } },
      { kstatus: { status: 'Failed' }, argocd: { status: 'Degraded' } },
      { kstatus: { status: 'Failed' }, argocd: { status: 'Degraded' } },
    ]);
  });

  /** Gives a ServiceAccount the pull secret of the private registry. */
  async function pullAs(serviceAccount: string): Promise<void> {
    const { namespace, kubectl } = environment();
    const content = `--from-literal=.dockerconfigjson=${registry.dockerConfigJson}`;
    const type = '--type=kubernetes.io/dockerconfigjson';
    await kubectl('create', 'secret', 'generic', 'registry', '-n', namespace, type, content);
    const patch = JSON.stringify({ imagePullSecrets: [{ name: 'registry' }] });
    await kubectl('patch', 'serviceaccount', serviceAccount, '-n', namespace, '-p', patch);
  }

  /** Starts a data storage service that admits the controller alone, and a controller that sends its events there. */
  async function startController(): Promise<void> {
    const { kubectl, controller: options } = environment();
    const issued = await kubectl('create', 'token', serviceAccounts.controller, '-n', systemNamespace);
    storage = await startDataStorage({ directory: join(directory, 'rows'), tokens: { [issued.trim()]: 'allowed' } });
    const tokenFile = join(directory, 'token');
    await writeFile(tokenFile, issued);
    const audit = { WFE_DATA_STORAGE_URL: storage.url, WFE_DATA_STORAGE_TOKEN_FILE: tokenFile };
    controller = await startService({ ...options, settings: { ...options.settings, ...audit } });
  }

  function inPrivate(bundle: string): string {
    return bundle.replace(environment().publisher.registry, registry.address);
  }

  function submission(name: string, image: string, target: string) {
    return { namespace: environment().namespace, name, image, target, message: name };
  }

  function execution(name: string, output: string): Promise<string> {
    return environment().kubectl('get', 'wfe', name, '-n', environment().namespace, '-o', output);
  }

  function summary(name: string): Promise<string> {
    return execution(name, 'jsonpath={.status.phase} {.status.outcome}{.status.skip.reason}{.status.failure.reason}');
  }

  async function finished(...names: string[]): Promise<void> {
    await environment().kubectl(...waitFor('Finished'), ...names);
  }

  function waitFor(condition: string): string[] {
    return ['wait', `--for=condition=${condition}`, '--timeout=90s', '-n', environment().namespace, 'wfe'];
  }
});

function host(): string {
  return new URL(api.url).host;
}

function token(): string {
  return api.caller?.token ?? '';
}
