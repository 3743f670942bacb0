import type { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { NotFoundError } from '../../../src/kubernetes/errors.ts';
import { customRunResource, type CustomRun } from '../../../src/tekton/custom-run.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A workflow that Tekton completes without running a pod: the `when` expression of its only task is false. */
export const skippingWorkflow = workflow({
  name: 'never',
  when: [{ input: 'yes', operator: 'in', values: ['no'] }],
  taskRef: { apiVersion: 'test.kubernaut.ai/v1', kind: 'Answer' },
});

/** A workflow without pods that runs until {@link answerWorkflow}: its task is a custom one, completed by the test. */
export const waitingWorkflow = workflow({
  name: 'wait',
  taskRef: { apiVersion: 'test.kubernaut.ai/v1', kind: 'Answer' },
});

/**
 * A workflow without pods with the tasks check, drain-node and finally report, one after the other, which has a result of the
 * first; see {@link answerTask}.
 */
export const reportingWorkflow = JSON.stringify({
  ...{ apiVersion: 'tekton.dev/v1', kind: 'Pipeline', metadata: { name: 'workflow' } },
  spec: {
    params: ['TARGET_RESOURCE', 'DB_PASSWORD'].map((name) => ({ name, type: 'string' })),
    tasks: [custom('check'), { ...custom('drain-node'), runAfter: ['check'] }],
    finally: [custom('report')],
    results: ['node', 'log'].map((name) => ({ name, value: `$(tasks.check.results.${name})` })),
  },
});

function custom(name: string) {
  return { name, taskRef: { apiVersion: 'test.kubernaut.ai/v1', kind: 'Answer' } };
}

/** Completes a task of a workflow once Tekton has started it, with results. */
export async function answerTask(
  client: KubernetesClient,
  namespace: string,
  pipelineRun: string,
  task: string,
  results: Readonly<Record<string, string>> = {},
): Promise<void> {
  const labelSelector = `tekton.dev/pipelineRun=${pipelineRun},tekton.dev/pipelineTask=${task}`;
  const what = `Tekton has started ${task}`;
  const [run] = await waitFor(
    client,
    customRunResource,
    { namespace, labelSelector },
    what,
    (runs) => runs.length === 1,
  );
  const listed = Object.entries(results).map(([name, value]) => ({ name, value }));
  await end(client, run, { status: 'True', reason: 'Answered', message: 'by the test' }, listed);
}

/** A workflow with a required parameter that no execution sets. */
export const demandingWorkflow = workflow(
  { name: 'wait', taskRef: { apiVersion: 'test.kubernaut.ai/v1', kind: 'Answer' } },
  [{ name: 'NOBODY_GIVES_THIS', type: 'string' }],
);

/** A workflow without pods with this number of tasks, which all get these parameters; see {@link answerTasks}. */
export function wideWorkflow(tasks: number, names: readonly string[]): string {
  const given = Array.from({ length: tasks }, (_, number) => ({
    name: `task-${number}`,
    taskRef: { apiVersion: 'test.kubernaut.ai/v1', kind: 'Answer' },
    params: names.map((name) => ({ name, value: `$(params.${name})` })),
  }));
  return pipeline(
    given,
    names.map((name) => ({ name, type: 'string' })),
  );
}

function workflow(task: object, params: readonly object[] = []): string {
  return pipeline([task], params);
}

function pipeline(tasks: readonly object[], params: readonly object[]): string {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'Pipeline',
    metadata: { name: 'workflow' },
    spec: { params: [{ name: 'TARGET_RESOURCE', type: 'string' }, ...params], tasks },
  });
}

/** Completes the task of a {@link waitingWorkflow}, with success or without. */
export async function answerWorkflow(
  client: KubernetesClient,
  namespace: string,
  pipelineRun: string,
  succeeded: 'True' | 'False' = 'True',
): Promise<void> {
  const run = await begunTask(client, namespace, pipelineRun);
  await end(client, run, { status: succeeded, reason: 'Answered', message: 'by the test' });
}

/** Completes the tasks of a {@link wideWorkflow} once Tekton has started this number of tasks. */
export async function answerTasks(
  client: KubernetesClient,
  namespace: string,
  pipelineRun: string,
  tasks: number,
): Promise<void> {
  const ours = { namespace, labelSelector: `tekton.dev/pipelineRun=${pipelineRun}` };
  const all = (runs: readonly CustomRun[]) => runs.length === tasks;
  const runs = await waitFor(client, customRunResource, ours, 'Tekton has started all tasks', all);
  for (const run of runs) await end(client, run, { status: 'True', reason: 'Answered', message: 'by the test' });
}

/** Waits until Tekton has started the only task of a {@link waitingWorkflow}. */
export async function begunTask(
  client: KubernetesClient,
  namespace: string,
  pipelineRun: string,
): Promise<CustomRun | undefined> {
  const ours = { namespace, labelSelector: `tekton.dev/pipelineRun=${pipelineRun}` };
  const [run] = await waitFor(
    client,
    customRunResource,
    ours,
    'Tekton has started the task',
    (runs) => runs.length === 1,
  );
  return run;
}

/**
 * Ends a task once Tekton has cancelled it, as the controller of a custom task would.
 *
 * @param pipelineRun whose task; without it the only one in the namespace
 */
export async function endCancelledTask(
  client: KubernetesClient,
  namespace: string,
  pipelineRun?: string,
): Promise<void> {
  const labelSelector = pipelineRun === undefined ? undefined : `tekton.dev/pipelineRun=${pipelineRun}`;
  const tasks = { namespace, labelSelector };
  const [run] = await waitFor(client, customRunResource, tasks, 'Tekton has cancelled the task', (runs) =>
    runs.some(({ spec }) => spec.status === 'RunCancelled'),
  );
  await end(client, run, { status: 'False', reason: 'CustomRunCancelled' });
}

/**
 * Ends the tasks of a PipelineRun that are cancelled now, if any. For a PipelineRun that is being deleted but stays: Tekton may
 * start its task again when it sees that the garbage collector has deleted it, before it sees the deletion of the PipelineRun.
 */
export async function endTasksCancelledSoFar(
  client: KubernetesClient,
  namespace: string,
  pipelineRun: string,
): Promise<void> {
  const labelSelector = `tekton.dev/pipelineRun=${pipelineRun}`;
  const { items } = await client.list(customRunResource, { namespace, labelSelector });
  for (const run of items.filter(({ spec }) => spec.status === 'RunCancelled')) {
    await end(client, run, { status: 'False', reason: 'CustomRunCancelled' }).catch((error: unknown) => {
      if (!(error instanceof NotFoundError)) throw error;
    });
  }
}

async function end(
  client: KubernetesClient,
  run: CustomRun | undefined,
  outcome: object,
  results: readonly object[] = [],
): Promise<void> {
  if (run === undefined) throw new Error('there is no CustomRun');
  const condition = { type: 'Succeeded', lastTransitionTime: new Date().toISOString(), ...outcome };
  await client.patch(
    customRunResource,
    run.metadata,
    { status: { conditions: [condition], results } },
    { subresource: 'status' },
  );
}
