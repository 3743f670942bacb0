import type { Fault } from '../fault.ts';

/** Faults of what is created in Tekton and of how its outcome is read. */
export const tektonFaults: readonly Fault[] = [
  {
    name: 'a label value is cut too late',
    file: 'src/tekton/label-value.ts',
    find: '.slice(0, maxLength - hash.length - 1)',
    replace: '.slice(0, maxLength)',
    caughtBy: ['src/tekton/label-value.spec.ts'],
  },
  {
    name: 'the name of the PipelineRun is not derived from the UID',
    file: 'src/tekton/pipeline-run-name.ts',
    find: 'const hash = shortHash(uid);',
    replace: 'const hash = shortHash(name);',
    caughtBy: ['src/tekton/pipeline-run-name.spec.ts'],
  },
  {
    name: 'the timeout is not passed to Tekton',
    file: 'src/tekton/build-pipeline-run.ts',
    find: '...(timeout === undefined ? {} : { timeouts: { pipeline: timeout } }),',
    replace: '...(timeout === undefined ? {} : {}),',
    caughtBy: ['src/tekton/build-pipeline-run.spec.ts'],
  },
  {
    name: 'TARGET_RESOURCE is not passed to the workflow',
    file: 'src/workflow-execution/parameters.ts',
    find: 'return { ...parameters, [targetParameter]: targetResource };',
    replace: 'return { ...parameters };',
    caughtBy: ['src/tekton/build-pipeline-run.spec.ts'],
  },
  {
    name: 'a parameter of the caller overrides the target',
    file: 'src/workflow-execution/parameters.ts',
    find: '{ ...parameters, [targetParameter]: targetResource }',
    replace: '{ [targetParameter]: targetResource, ...parameters }',
    caughtBy: ['src/tekton/build-pipeline-run.spec.ts'],
  },
  {
    name: 'an out-of-memory kill is not recognised',
    file: 'src/tekton/classify-failure.ts',
    find: "terminatedReason === 'OOMKilled'",
    replace: "terminatedReason === 'Killed'",
    caughtBy: ['src/tekton/classify-failure.spec.ts'],
  },
  {
    name: 'steps of a TaskRun that is gone count as not run',
    file: 'src/tekton/steps-run.ts',
    find: 'return hidden || taskRuns.some(',
    replace: 'return hidden && taskRuns.some(',
    caughtBy: ['src/tekton/classify-failure.spec.ts'],
  },
  {
    name: 'the message of a failure does not name the task',
    file: 'src/tekton/classify-failure.ts',
    find: 'return `Task "${name}" failed${step}${code} (${reason}).`;',
    replace: "return '';",
    caughtBy: ['src/tekton/classify-failure.spec.ts'],
  },
  {
    name: 'a task that was cancelled for another one is blamed',
    file: 'src/tekton/culprit.ts',
    find: 'return isCancelled(status) ? 1 : 0;',
    replace: 'return isCancelled(status) ? 0 : 0;',
    caughtBy: ['src/tekton/classify-failure.spec.ts'],
  },
  {
    name: 'a pod that only has the labels of a run counts as one of it',
    file: 'src/tekton/run-activity.ts',
    find: 'if (taskRunUid === undefined) return false;',
    replace: '',
    caughtBy: ['src/tekton/run-activity.spec.ts'],
  },
  {
    name: 'a TaskRun of another run of the same name counts as one of it',
    file: 'src/tekton/run-activity.ts',
    find: 'if (run.uid !== undefined) return controller.uid === run.uid;',
    replace: '',
    caughtBy: ['src/tekton/run-activity.spec.ts'],
  },
  {
    name: 'a step that may still start counts as ended',
    file: 'src/tekton/run-activity.ts',
    find: "return state === 'running' || state === 'waiting';",
    replace: "return state === 'running';",
    caughtBy: ['src/tekton/run-activity.spec.ts'],
  },
];
