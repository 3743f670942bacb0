import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type {
  Failure,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/phase.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { startService } from '../support/service.ts';
import type { ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { podResource } from '../support/pods.ts';
import { shellWorkflow } from './shell-workflow.ts';

/** A way to fail that only a real container has. */
interface Way {
  readonly name: string;
  readonly workflow: string;
  readonly spec?: Partial<WorkflowExecutionSpec>;
  readonly failure: Partial<Failure>;
}

const failedTask = { name: 'run', stepName: 'shell' };
const ways: readonly Way[] = [
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
    name: 'cancelled',
    workflow: shellWorkflow('sleep 600'),
    failure: { reason: 'Cancelled', wasExecutionFailure: true },
  },
];

describeOnPods('the service tells why a workflow failed', (environment) => {
  let service: ServiceProcess;

  // All at once: an image that can not be pulled takes a while to be given up.
  beforeAll(async () => {
    const { serviceKubeconfig, settings } = environment();
    service = await startService({ kubeconfig: serviceKubeconfig, settings });
    await Promise.all(ways.map(execute));
    await cancelOnceItRuns('cancelled');
  });

  afterAll(() => service.stop());

  it.each(ways)('$name is $failure.reason', async ({ name, failure }) => {
    const { status } = await finished(name);
    expect(status?.failure).toMatchObject(failure);
  });

  async function execute({ name, workflow, spec }: Way): Promise<void> {
    const { client, namespace, publisher } = environment();
    const containerImage = await publishWorkflow(publisher, `${name}:v1`, workflow);
    await client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace, name },
      spec: aSpec({
        workflowRef: { ...aSpec().workflowRef, containerImage },
        targetResource: `payment/deployment/${name}`,
        ...spec,
      }),
    });
  }

  async function cancelOnceItRuns(name: string): Promise<void> {
    const { client, namespace } = environment();
    const pods = { namespace, labelSelector: `kubernaut.ai/workflow-execution=${name}` };
    await waitFor(client, podResource, pods, `${name} runs`, (all) =>
      all.some(({ status }) => status.phase === 'Running'),
    );
    await client.patch(workflowExecutionResource, { namespace, name }, { spec: { cancelRequested: true } });
  }

  async function finished(name: string): Promise<WorkflowExecution> {
    const { client, namespace } = environment();
    const ended = (all: readonly WorkflowExecution[]) => all.some((execution) => isTerminal(phaseOf(execution)));
    const watched = { namespace, name };
    const [execution] = await waitFor(client, workflowExecutionResource, watched, `${name} ended`, ended);
    if (execution === undefined) throw new Error(`${name} is not there`);
    return execution;
  }
});
