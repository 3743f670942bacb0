import type { EquivalentMutant } from './score.ts';

const emptyText = { original: "''", replacement: '"Stryker was here!"' };

/** Mutants that no test can kill, because they behave like the code; with the reason for each. */
export const equivalentMutants: readonly EquivalentMutant[] = [
  {
    file: 'src/locking/lock-lease.ts',
    code: 'if (workflow === undefined || time === undefined || Number.isNaN(Date.parse(time))) return undefined;',
    original: 'time === undefined',
    replacement: 'false',
    reason: 'Date.parse(undefined) is NaN.',
  },
  {
    file: 'src/locking/longest-held.ts',
    code: "const agesMs = held.map(({ spec }) => now.getTime() - Date.parse(spec.acquireTime ?? ''));",
    ...emptyText,
    reason: 'Neither text is a time.',
  },
  {
    file: 'src/locking/target-locks.ts',
    code: 'if (lease !== undefined && isSpent(next, now, this.#cooldownMs)) return this.#remove(lease, signal);',
    original: 'lease !== undefined',
    replacement: 'true',
    reason: 'Without a Lease there is only something to write when a cooldown is left, and then it is not spent.',
  },
  {
    file: 'src/tekton/build-pipeline-run.ts',
    code: 'const params = stringParams(spec.parameters ?? {}).sort((a, b) => (a.name < b.name ? -1 : 1));',
    original: 'a.name < b.name',
    replacement: 'a.name <= b.name',
    reason: 'Names are the keys of a map: no two are equal.',
  },
  {
    file: 'src/tekton/classify-failure.ts',
    code: 'const told = culprit?.taskRun.status.succeeded?.message ?? outcome.message;',
    original: 'culprit?.taskRun.status.succeeded?.message',
    replacement: 'culprit?.taskRun.status.succeeded.message',
    reason: 'The TaskRun that failed has the condition Succeeded=False.',
  },
  {
    file: 'src/tekton/classify-failure.ts',
    code: "const told = taskRunReasons[taskRun.status.succeeded?.reason ?? ''];",
    original: 'taskRun.status.succeeded?.reason',
    replacement: 'taskRun.status.succeeded.reason',
    reason: 'The TaskRun that failed has the condition Succeeded=False.',
  },
  {
    file: 'src/tekton/classify-failure.ts',
    code: "const told = taskRunReasons[taskRun.status.succeeded?.reason ?? ''];",
    ...emptyText,
    reason: 'Neither text is a reason of Tekton.',
  },
  {
    file: 'src/tekton/culprit.ts',
    code: "return status.succeeded?.reason === 'TaskRunCancelled' ? 1 : 0;",
    original: 'status.succeeded?.reason',
    replacement: 'status.succeeded.reason',
    reason: 'Only TaskRuns with the condition Succeeded=False are ranked.',
  },
  {
    file: 'src/tekton/culprit.ts',
    code: "const { reason = '', message = '' } = status.succeeded ?? {};",
    ...emptyText,
    reason: 'The TaskRun that failed has the condition Succeeded=False, with both texts.',
  },
  {
    file: 'src/tekton/culprit.ts',
    code: "const previous = /^Previous status: \\[(?<reason>\\w+)\\]/m.exec(message)?.groups?.['reason'] ?? '';",
    original: "/^Previous status: \\[(?<reason>\\w+)\\]/m.exec(message)?.groups?.['reason']",
    replacement: "/^Previous status: \\[(?<reason>\\w+)\\]/m.exec(message)?.groups['reason']",
    reason: 'A match of an expression with a named group has groups.',
  },
  {
    file: 'src/tekton/culprit.ts',
    code: "const previous = /^Previous status: \\[(?<reason>\\w+)\\]/m.exec(message)?.groups?.['reason'] ?? '';",
    ...emptyText,
    reason: 'Neither text is a reason of Tekton.',
  },
  {
    file: 'src/tekton/step-pod.ts',
    code: 'const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);',
    original: 'metadata.ownerReferences?.find',
    replacement: 'metadata.ownerReferences.find',
    reason: 'parseMetadata gives every object a list of owners.',
  },
  {
    file: 'src/tekton/step-pod.ts',
    code: 'task: metadata.labels?.[taskRunLabels.pipelineTask] ?? metadata.name,',
    original: 'metadata.labels?.[taskRunLabels.pipelineTask]',
    replacement: 'metadata.labels[taskRunLabels.pipelineTask]',
    reason: 'parseMetadata gives every object labels.',
  },
  {
    file: 'src/tekton/task-run.ts',
    code: "return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined;",
    original: "typeof value === 'number'",
    replacement: 'true',
    reason: 'Number.isInteger is false for anything else than a number.',
  },
  {
    file: 'src/tekton/tekton-object.ts',
    code: 'const dateTime = /^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$/;',
    original: '/^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$/',
    replacement: '/^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})/',
    reason: 'Date.parse refuses what goes on behind the zone.',
  },
];
