import type { ApiServer } from './api-server.ts';
import { forEachParallel, numbers } from '../../test/support/parallel.ts';
import { executionsPath, newExecution, pipelineRunsPath } from './executions.ts';

const concurrency = 32;
/** Completion time: too long ago for a cooldown. */
const ended = '2026-01-02T03:04:05Z';
const summary = 'Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0';

/** Metadata of a created execution for the owner reference of its PipelineRun. */
interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly parameters: Readonly<Record<string, string>> };
}

/**
 * Creates completed executions with their PipelineRuns, as the service and Tekton leave them once audit events are delivered,
 * so that a starting service has nothing to do.
 *
 * @param from first number
 * @param to number after the last
 */
export async function createFinished(api: ApiServer, namespace: string, from: number, to: number): Promise<void> {
  await forEachParallel(concurrency, numbers(to - from), (number) =>
    createOne(api, namespace, `execution-${from + number}`),
  );
}

/** Creates one by four writes: two creates and two status patches. */
export async function createOne(api: ApiServer, namespace: string, name: string): Promise<void> {
  const [executions, runs] = [executionsPath(namespace), pipelineRunsPath(namespace)];
  const run = `${name}-abcdef123456`;
  const owner = await api.must<Owner>('POST', executions, withFinalizer(name));
  await api.must('POST', runs, pipelineRun(run, name, owner));
  await api.must('PATCH', `${runs}/${run}/status`, { status: succeeded(run) });
  await api.must('PATCH', `${executions}/${name}/status`, { status: completed(namespace, run) });
}

function withFinalizer(name: string): object {
  const metadata = { name, finalizers: ['workflowexecution.kubernaut.ai/workflowexecution-cleanup'] };
  return { ...newExecution({ name }), metadata };
}

function pipelineRun(run: string, name: string, { apiVersion, kind, metadata: { uid }, spec }: Owner): object {
  const shared = {
    'kubernaut.ai/workflow-execution': name,
    'kubernaut.ai/workflow-id': 'oomkill-increase-memory',
    'kubernaut.ai/target-resource': `payment-deployment-${name}`,
  };
  const param = (key: string, value: string) => ({ name: key, value });
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name: run,
      labels: { ...shared, 'tekton.dev/pipeline': run },
      annotations: shared,
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      pipelineRef: {
        resolver: 'bundles',
        params: [
          param('bundle', `quay.io/kubernaut/oomkill@sha256:${'0'.repeat(64)}`),
          param('name', 'workflow'),
          param('kind', 'pipeline'),
        ],
      },
      params: Object.entries(spec.parameters).map(([key, value]) => param(key, value)),
      taskRunTemplate: { serviceAccountName: 'workflow-execution-sa' },
    },
  };
}

/** As Tekton leaves it, without provenance, which is not cached. */
export function succeeded(run: string, message = summary): object {
  const condition = { type: 'Succeeded', status: 'True', reason: 'Succeeded', message };
  const childOf = (task: string) => ({
    ...{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun' },
    ...{ name: `${run}-${task}`, pipelineTaskName: task },
  });
  return {
    startTime: ended,
    completionTime: ended,
    conditions: [{ ...condition, lastTransitionTime: ended }],
    childReferences: ['check', 'patch', 'verify'].map(childOf),
  };
}

function completed(namespace: string, run: string): object {
  const condition = { status: 'True', lastTransitionTime: ended, observedGeneration: 1 };
  const created = `PipelineRun ${run} was created`;
  const recorded = 'All 3 audit events are in the audit trail';
  return {
    observedGeneration: 1,
    phase: 'Completed',
    outcome: 'Success',
    message: summary,
    pipelineRunRef: { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: run, namespace },
    startTime: ended,
    completionTime: ended,
    settled: true,
    conditions: [
      { ...condition, type: 'Ready', reason: 'Completed', message: summary },
      { ...condition, type: 'PipelineRunCreated', reason: 'PipelineRunCreated', message: created },
      { ...condition, type: 'AuditRecorded', reason: 'Recorded', message: recorded },
    ],
  };
}
