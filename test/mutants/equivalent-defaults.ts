// Defaults and checks that only the types require.
import type { EquivalentMutant } from './score.ts';

/** Empty strings in place of a missing value, where any string would do. */
const emptyTexts: readonly (readonly [file: string, reason: string, ...code: readonly string[]])[] = [
  [
    'src/reconciler/reporting/transitions.ts',
    'Neither text is a time.',
    "const { startTime = '', completionTime = '' } = after.status ?? {};",
  ],
  [
    'src/reconciler/pipelinerun/pipeline-run-retention.ts',
    'A PipelineRun that the watch has shown has the label by which it is watched.',
    "last.metadata.labels?.[pipelineRunLabels.workflowExecution] ?? '',",
  ],
  [
    'src/reconciler/pipelinerun/run-end.ts',
    'Neither text is a time.',
    "const endingMs = now.getTime() - Date.parse(pipelineRun?.status.completionTime ?? '');",
  ],
  [
    'src/reconciler/steps/deletion.steps.ts',
    'Neither text is a time.',
    "const deletedAt = Date.parse(execution.metadata.deletionTimestamp ?? '') || now;",
    "const settled = Date.parse(deletionTimestamp ?? '') + tektonSyncMs <= clock.now().getTime();",
  ],
  [
    'src/reconciler/pipelinerun/unrecorded-ends.ts',
    'A PipelineRun has a namespace, and neither text is a duration.',
    "const { namespace = '', name, uid } = pipelineRun.metadata;",
    "const timeoutMs = parseDurationMs(pipelineRun.spec.timeout ?? '') ?? 0;",
  ],
  [
    'src/tekton/run-activity.ts',
    'Neither text is a time.',
    ".flatMap(({ metadata, steps }) => [metadata.creationTimestamp, ...steps.map(({ finishedAt }) => finishedAt ?? '')])",
  ],
  [
    'src/tekton/run-activity.ts',
    'Neither text is a reason of Tekton.',
    "return pods.length > 0 && endings.has(succeeded?.reason ?? '') && !lackedResources(taskRun);",
  ],
  [
    'src/workflow-execution/metadata.ts',
    'Neither text is a time.',
    "const recordedTime = Date.parse(annotations[ownAnnotations.createdAt] ?? '');",
  ],
  [
    'src/workflow-execution/secret-parameters.ts',
    'A match has the group of its credential.',
    "...labels.flatMap((label) => [...text.matchAll(label)].map(([, ...groups]) => groups.find(Boolean) ?? '')),",
  ],
  [
    'src/workflow-execution/timestamp.ts',
    'A match has both groups, and without one neither text is a time.',
    "const [, second = '', day, fraction = '', zone = ''] = rfc3339.exec(text) ?? [];",
  ],
];

/** Optional labels, which parseMetadata always sets. */
const labels: readonly (readonly [file: string, code: string, original: string])[] = [
  [
    'src/reconciler/pipelinerun/pipeline-run-retention.ts',
    "last.metadata.labels?.[pipelineRunLabels.workflowExecution] ?? '',",
    'last.metadata.labels?.[pipelineRunLabels.workflowExecution]',
  ],
  [
    'src/reconciler/pipelinerun/unfinished-runs.ts',
    'return metadata.labels?.[watchedLabel] !== undefined;',
    'metadata.labels?.[watchedLabel]',
  ],
  [
    'src/tekton/pipeline-run-content.ts',
    '(key) => metadata.labels?.[key] === labels[key] && content.annotations[key] === annotations[key],',
    'metadata.labels?.[key]',
  ],
  [
    'src/tekton/run-activity.ts',
    'if (uid !== undefined) return labels?.[taskRunLabels.pipelineRunUid] === uid;',
    'labels?.[taskRunLabels.pipelineRunUid]',
  ],
  [
    'src/tekton/run-activity.ts',
    'return labels?.[taskRunLabels.pipelineRun] === name;',
    'labels?.[taskRunLabels.pipelineRun]',
  ],
];

const others: readonly EquivalentMutant[] = [
  ...(['pipelineRun', 'target'] as const).map((name) => ({
    file: 'src/reconciler/executions/execution-indexes.ts',
    code: `export const ${name}Index = '${name}';`,
    original: `'${name}'`,
    replacement: '""',
    reason: 'The name of an index is read only through its constant.',
  })),
  {
    file: 'src/reconciler/reporting/transitions.ts',
    code: "return [{ kind: 'cancelling', mode, pipelineRun: after.status?.pipelineRunRef?.name }];",
    original: 'after.status?.pipelineRunRef',
    replacement: 'after.status.pipelineRunRef',
    reason: 'An execution that is being cancelled has a status that says so.',
  },
  {
    file: 'src/tekton/build-pipeline-run.ts',
    code: "return [current, { podSecurity: current.podSecurity === 'none' ? 'restricted' : 'none' }];",
    original: "'none'",
    replacement: '""',
    reason: 'Every value but restricted gives a PipelineRun without the restricted pod template.',
  },
  {
    file: 'src/reconciler/pipelinerun/pipeline-run-retention.ts',
    code: 'const { finalizers = [], uid } = pipelineRun.metadata;',
    original: '[]',
    replacement: '["Stryker was here"]',
    reason: 'Our finalizer is in neither.',
  },
  {
    file: 'src/reconciler/pipelinerun/run-end.ts',
    code: 'return false;',
    original: 'false',
    replacement: 'true',
    reason: 'It waits for a live step, and then is not cancelled, or for nothing, and then has ended.',
  },
  {
    file: 'src/reconciler/pipelinerun/run-end.ts',
    code: 'const children = pipelineRun?.status.childReferences ?? [];',
    original: '[]',
    replacement: '["Stryker was here"]',
    reason: 'A text has no kind.',
  },
  {
    file: 'src/reconciler/steps/validate-spec.step.ts',
    code: "const resolved = resolution.kind === 'resolved' ? withTarget(execution, resolution.target) : execution;",
    original: "resolution.kind === 'resolved'",
    replacement: 'true',
    reason: 'No other resolution has a target, and without one withTarget returns the execution.',
  },
  {
    file: 'src/reconciler/steps/validate-spec.step.ts',
    code: "if (violations.length === 0 && resolution.kind === 'undecided') return undecided(resolution);",
    original: "resolution.kind === 'undecided'",
    replacement: 'true',
    reason: 'A target that was refused is a broken rule, and with one that was resolved the step has returned.',
  },
  {
    file: 'src/reconciler/target/target-occupancy.ts',
    code: 'if (target === undefined) return [];',
    original: 'target === undefined',
    replacement: 'false',
    reason: 'The index has no execution without a target.',
  },
];

/** Mutants of such defaults and checks. */
export const equivalentDefaults: readonly EquivalentMutant[] = [
  ...emptyTexts.flatMap(([file, reason, ...codes]) =>
    codes.map((code) => ({ file, code, original: "''", replacement: '"Stryker was here!"', reason })),
  ),
  ...labels.map(([file, code, original]) => ({
    file,
    code,
    original,
    replacement: original.replace('labels?.', 'labels'),
    reason: 'parseMetadata gives every object labels.',
  })),
  ...others,
];
