import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isTerminal, phaseOf } from '../../src/workflow-execution/phase.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { until } from '../integration/support/until.ts';
import { scrape } from '../support/scrape.ts';
import { startService } from '../support/service.ts';
import type { ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { publishSampleWorkflow, publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { shellWorkflow } from './shell-workflow.ts';

/** Where the plan has end-to-end tests read metrics. */
const address = '127.0.0.1:28090';

describeOnPods('the metrics, with real containers', (environment) => {
  let service: ServiceProcess;

  beforeAll(async () => {
    const settings = { ...environment().settings, WFE_METRICS_ADDRESS: address };
    service = await startService({ kubeconfig: environment().serviceKubeconfig, settings });
  });
  afterAll(() => service.stop());

  it('tell what became of workflows, how long they took, and that every PipelineRun was created', async () => {
    const { publisher } = environment();
    const well = await publishSampleWorkflow(publisher);
    const badly = await publishWorkflow(publisher, 'metrics-failing:v1', shellWorkflow('exit 1'));

    await Promise.all([run('well', well, { MESSAGE: 'counted' }), run('badly', badly)]);

    const seen = await scrape(address);
    const total = 'kubernaut_workflow_execution_total';
    expect(seen.sum(total, { workflow_id: 'well', outcome: 'Success' })).toBe(1);
    expect(seen.sum(total, { workflow_id: 'badly', outcome: 'Failed' })).toBe(1);
    expect(seen.sum(total)).toBe(2);
    for (const workflow_id of ['well', 'badly']) {
      expect(seen.sum('kubernaut_workflow_execution_duration_seconds_count', { workflow_id })).toBe(1);
      expect(seen.sum('kubernaut_workflow_execution_duration_seconds_sum', { workflow_id })).toBeGreaterThan(0);
    }
    expect(seen.names).toContain('kubernaut_pipelinerun_creation_errors_total');
    expect(seen.sum('kubernaut_pipelinerun_creation_errors_total')).toBe(0);
  });

  /** Runs a workflow to its end, under its own name as its workflow's id. */
  async function run(name: string, containerImage: string, parameters: Record<string, string> = {}): Promise<void> {
    const { client, namespace } = environment();
    const workflowRef = { ...aSpec().workflowRef, workflowId: name, containerImage };
    await client.create(workflowExecutionResource, {
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecution',
      metadata: { namespace, name },
      spec: aSpec({ workflowRef, parameters, targetResource: `${namespace}/deployment/${name}` }),
    });
    await waitFor(client, workflowExecutionResource, { namespace, name }, `${name} ended`, (all) =>
      all.some((execution) => isTerminal(phaseOf(execution))),
    );
    await waitForCount(name);
  }
});

/** The end is seen in the cluster a moment before the service, which has written it, knows that it is written. */
async function waitForCount(workflow_id: string): Promise<void> {
  const counted = async () => (await scrape(address)).sum('kubernaut_workflow_execution_total', { workflow_id });
  await until(`${workflow_id} is counted`, async () => (await counted()) > 0);
}
