import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Failure, WorkflowExecutionSpec } from '../../src/workflow-execution/generated/workflow-execution.ts';
import type { KubernetesObject } from '../../src/kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../src/kubernetes/resource-type.ts';
import { pipelineTaskOf } from '../../src/tekton/task-run.ts';
import { pushBundle } from '../cluster/images.ts';
import { addQuota, restrictPods } from '../integration/reconciler/admission.ts';
import { skippingWorkflow } from '../integration/reconciler/workflows.ts';
import { podResource } from '../support/pods.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { describeOnPods, type Environment } from './environment.ts';
import { RunWatcher } from './run-watcher.ts';
import { shellWorkflow, stepOf, workflow } from './shell-workflow.ts';

// The unit tests of src/tekton/ classify recorded PipelineRuns. These show that Tekton still leaves such PipelineRuns
// behind: run them after an upgrade of Tekton.

/** A way in which a run fails. */
interface Case {
  readonly name: string;
  readonly workflow: string;
  readonly spec?: Partial<WorkflowExecutionSpec>;
  readonly failure: Partial<Failure>;
  /** A part of the message. */
  readonly says?: string;
}

const failedTask = { name: 'run', stepName: 'shell' };
const serviceAccount = { serviceAccountName: 'default' };
const cases: readonly Case[] = [
  {
    name: 'out-of-memory',
    workflow: shellWorkflow('x=$(yes | head -c 200000000)', { computeResources: { limits: { memory: '24Mi' } } }),
    failure: { reason: 'OOMKilled', wasExecutionFailure: true, failedTask: { ...failedTask, exitCode: 137 } },
  },
  {
    name: 'no-such-image',
    workflow: shellWorkflow('true', { image: 'Not A Valid:::ref' }),
    failure: { reason: 'ImagePullBackOff', wasExecutionFailure: false, failedTask: { name: 'run' } },
  },
  {
    name: 'too-slow',
    workflow: shellWorkflow('sleep 600'),
    spec: { executionConfig: { timeout: '10s' } },
    failure: { reason: 'DeadlineExceeded', wasExecutionFailure: true },
  },
  {
    name: 'too-slow-before-finally',
    workflow: workflow([{ name: 'run', taskSpec: { steps: [stepOf('shell', 'sleep 600')] } }], {
      finally: [{ name: 'clean-up', taskSpec: { steps: [stepOf('shell', 'true')] } }],
    }),
    spec: { executionConfig: { timeout: '70s', finallyTimeout: '60s' } },
    failure: { reason: 'DeadlineExceeded', wasExecutionFailure: true },
  },
  {
    name: 'cancelled',
    workflow: shellWorkflow('sleep 600'),
    failure: { reason: 'Cancelled', wasExecutionFailure: true },
  },
  {
    name: 'no-service-account',
    workflow: shellWorkflow('true'),
    spec: { executionConfig: { serviceAccountName: 'nobody' } },
    failure: { reason: 'ConfigurationError', wasExecutionFailure: false, failedTask: { name: 'run' } },
    says: '"nobody" not found',
  },
];

describeOnPods('an execution fails', (environment) => {
  let service: ServiceProcess;

  // All in parallel: Tekton takes a while to give up on an image.
  beforeAll(async () => {
    service = await start(environment());
    const { client, kubectl, namespace, execute } = environment();
    await Promise.all(['deleted', 'evicted'].map((name) => execute(name, shellWorkflow('sleep 600'))));
    await Promise.all(cases.map(({ name, workflow, spec }) => execute(name, workflow, spec)));
    await publishWithoutPipeline(environment());
    await cancelOnceItRuns('cancelled');
    await endPodOnceItRuns('deleted', ({ name }) => kubectl('delete', 'pod', name, '-n', namespace, '--wait=false'));
    await endPodOnceItRuns('evicted', ({ name }) => client.create(evictionOf(name), eviction(namespace, name)));
  });
  afterAll(() => service.stop());

  it.each(cases)('with $failure.reason when it is $name', async ({ name, failure, says = '' }) => {
    const { status } = await environment().finished(name);
    expect(status?.failure).toMatchObject(failure);
    expect(status?.failure?.message).toContain(says);
  });

  it('after its finally tasks, if time was reserved for them', async () => {
    await environment().finished('too-slow-before-finally');
    const taskRuns = await new RunWatcher(environment()).taskRuns('too-slow-before-finally');
    const cleanUp = taskRuns.find((taskRun) => pipelineTaskOf(taskRun) === 'clean-up');
    expect(cleanUp?.status.succeeded?.status).toBe('True');
  });

  it.each([
    ['deleted', 'deleted'],
    ['evicted', 'EvictionByEvictionAPI'],
  ])('and reports that its pod was %s', async (name, says) => {
    const { status } = await environment().finished(name);
    expect(status?.failure).toMatchObject({ reason: 'TaskFailed', wasExecutionFailure: true });
    expect(status?.failure?.message).toContain(says);
  });

  it('with BundleResolutionFailed when its bundle has no Pipeline named workflow', async () => {
    const { status } = await environment().finished('no-pipeline');
    expect(status?.failure).toMatchObject({ reason: 'BundleResolutionFailed', wasExecutionFailure: false });
  });

  /** Ends the pod of an execution, and keeps its object until Tekton has observed that: it would replace a missing pod. */
  async function endPodOnceItRuns(name: string, end: (pod: { name: string }) => Promise<unknown>): Promise<void> {
    const { client, finished } = environment();
    const { metadata } = await new RunWatcher(environment()).runningPod(name);
    await client.patch(podResource, metadata, { metadata: { finalizers: ['example.org/keep'] } });
    await end(metadata);
    await finished(name);
    await client.patch(podResource, metadata, { metadata: { finalizers: [] } });
  }

  async function cancelOnceItRuns(name: string): Promise<void> {
    const { client, namespace, kubectl } = environment();
    const pods = { namespace, labelSelector: `kubernaut.ai/workflow-execution=${name}` };
    await waitFor(client, podResource, pods, `${name} runs`, (all) =>
      all.some(({ status }) => status.phase === 'Running'),
    );
    await kubectl('patch', 'wfe', name, '-n', namespace, '--type=merge', '-p', '{"spec":{"cancelRequested":true}}');
  }
});

describeOnPods('an execution in a namespace with a pod quota fails', (environment) => {
  // Long enough for Tekton to have tried to create the pod: before that it is DeadlineExceeded.
  it('with ResourceExhausted after its timeout', async () => {
    const { client, namespace, execute, finished } = environment();
    await addQuota(client, namespace, { pods: '0' });
    const service = await start(environment());
    await execute('no-room', shellWorkflow('true'), { executionConfig: { ...serviceAccount, timeout: '20s' } });
    await new RunWatcher(environment()).waitForMessage('no-room', 'quota');

    const { status } = await finished('no-room');
    await service.stop();

    expect(status?.failure).toMatchObject({ reason: 'ResourceExhausted', wasExecutionFailure: false });
  });
});

describeOnPods('an execution with an unschedulable pod', (environment) => {
  it('reports what it waits for', async () => {
    const { execute } = environment();
    const runs = new RunWatcher(environment());
    const service = await start(environment());
    await execute('too-large', shellWorkflow('true', { computeResources: { requests: { cpu: '1000' } } }));

    const { status } = await runs.waitForMessage('too-large', 'Insufficient cpu');

    expect(status?.phase).toBe('Running');
    await runs.patch('too-large', { cancelRequested: true });
    await environment().finished('too-large');
    await service.stop();
  });
});

describeOnPods('an execution in a namespace with restricted pods fails', (environment) => {
  it('with Forbidden', async () => {
    const { client, namespace, execute, finished } = environment();
    await restrictPods(client, namespace);
    const service = await start(environment());
    await execute('restricted', shellWorkflow('true'), { executionConfig: serviceAccount });

    const { status } = await finished('restricted');
    await service.stop();

    expect(status?.failure).toMatchObject({ reason: 'Forbidden', wasExecutionFailure: false });
  });
});

/** The subresource by which a drain evicts a pod (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/). */
function evictionOf(pod: string): ResourceType<KubernetesObject> {
  const parse = (raw: unknown) => raw as KubernetesObject;
  return { group: '', version: 'v1', plural: `pods/${pod}/eviction`, kind: 'Eviction', namespaced: true, parse };
}

function eviction(namespace: string, name: string) {
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
}

function start({ controller }: Environment): Promise<ServiceProcess> {
  return startService(controller);
}

async function publishWithoutPipeline({ publisher, namespace, create }: Environment): Promise<void> {
  const content = { pipelineName: 'something-else', yaml: skippingWorkflow };
  const { ref } = await pushBundle(publisher.registry, `workflows/${namespace}:v1`, content);
  await create('no-pipeline', ref);
}
