import { parsePipelineRun, type PipelineRun } from './pipeline-run.ts';
import { parseTaskRun, type TaskRun } from './task-run.ts';

/** A PipelineRun for tests, parsed as from the API server. */
export function aPipelineRun(over: { metadata?: object; spec?: object; status?: unknown } = {}): PipelineRun {
  return parsePipelineRun({ metadata: aMetadata('run-1', over.metadata), spec: over.spec, status: over.status });
}

/** A TaskRun for tests; its task is the part of its name after the last dash. */
export function aTaskRun(name: string, status: unknown): TaskRun {
  const labels = { 'tekton.dev/pipelineTask': name.split('-').at(-1) };
  return parseTaskRun({ metadata: aMetadata(name, { labels }), status });
}

/** The `status.conditions` of a run, with the condition Succeeded. */
export function succeeded(status: string, reason: string, message = 'as Tekton says'): { conditions: object[] } {
  return { conditions: [{ type: 'Succeeded', status, reason, message }] };
}

/** When the runs of the tests were created, seconds before Tekton started them. */
export const creationTimestamp = '2026-11-23T12:04:58Z';

function aMetadata(name: string, over: object = {}): object {
  return { name, namespace: 'payment', uid: `uid-${name}`, resourceVersion: '7', creationTimestamp, ...over };
}
