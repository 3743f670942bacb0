import { executionsPath, newExecution } from '../../../bench/load/executions.ts';
import type { PersistentApi } from '../../storm/harness/persistent-api.ts';

/** How many are created at once. */
const atOnce = 16;
/** When they ended: long enough ago for no cooldown to be left. */
const ended = '2026-01-02T03:04:05Z';

/** Creates executions that have ended, straight at the API server: those numbered from `from` to before `to`. */
export async function seed(api: PersistentApi, namespace: string, from: number, to: number): Promise<void> {
  const path = executionsPath(namespace);
  let next = from;
  const work = async () => {
    for (let number = next++; number < to; number = next++) {
      const name = `execution-${number}`;
      const { status, text, inDoubt } = await api.call('POST', path, execution(name));
      if (status !== 201 && !inDoubt) throw new Error(`POST ${path}: ${text}`);
      await api.call('PATCH', `${path}/${name}/status`, { status: completed(namespace, name) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** With the finalizer, as a service that has run it leaves it. */
function execution(name: string): object {
  const metadata = { name, finalizers: ['workflowexecution.kubernaut.ai/workflowexecution-cleanup'] };
  return { ...newExecution({ name }), metadata };
}

/** With the condition that says that its audit events are done with: a service that starts has nothing to do for it. */
function completed(namespace: string, name: string): object {
  const condition = { status: 'True', lastTransitionTime: ended, observedGeneration: 1 };
  return {
    observedGeneration: 1,
    phase: 'Completed',
    outcome: 'Success',
    message: 'Tasks Completed: 3 (Failed: 0, Cancelled 0), Skipped: 0',
    pipelineRunRef: { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, namespace },
    startTime: ended,
    completionTime: ended,
    conditions: [
      { ...condition, type: 'Ready', reason: 'Completed', message: 'Tasks Completed: 3' },
      {
        ...condition,
        type: 'PipelineRunCreated',
        reason: 'PipelineRunCreated',
        message: `PipelineRun ${name} was created`,
      },
      { ...condition, type: 'AuditRecorded', reason: 'Logged', message: 'All 3 audit events are in the audit trail' },
    ],
  };
}
