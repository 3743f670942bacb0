import type { Fault } from '../fault.ts';

/** Faults of what the reconciler does to an execution, and of the loop that brings executions to it. */
export const reconcilerFaults: readonly Fault[] = [
  {
    name: 'the UID of the owner is not compared',
    file: 'src/reconciler/ownership.ts',
    find: 'controller === true && uid === ownerUid',
    replace: "controller === true && uid !== ''",
    caughtBy: ['src/reconciler/ownership.spec.ts'],
  },
  {
    name: 'a status is written without its resourceVersion',
    file: 'src/reconciler/executions.ts',
    find: 'metadata: { ...change.metadata, resourceVersion, uid } };',
    replace: 'metadata: { ...change.metadata, uid } };',
    caughtBy: ['src/reconciler/executions.spec.ts'],
  },
  {
    name: 'the status is reported although it was not written',
    file: 'src/reconciler/reconciler.ts',
    find: "if (written === 'outdated') return 'outdated';",
    replace: '',
    caughtBy: ['src/reconciler/reconciler.spec.ts'],
  },
  {
    name: 'the finalizer is removed before the PipelineRun is gone',
    file: 'src/reconciler/steps/delete-pipeline-run.step.ts',
    find: "return { kind: 'settled', reason: 'PipelineRunIsBeingDeleted' };",
    replace: "return { kind: 'next', execution };",
    caughtBy: ['src/reconciler/steps/finalizer.steps.spec.ts'],
  },
  {
    name: 'Tekton is not asked to cancel',
    file: 'src/reconciler/steps/request-cancellation.step.ts',
    find: 'if (isRunning && !isBeingCancelled(pipelineRun)) await',
    replace: 'if (isRunning && isBeingCancelled(pipelineRun)) await',
    caughtBy: ['src/reconciler/steps/cancellation.steps.spec.ts'],
  },
  {
    name: 'an execution that has a PipelineRun is skipped when another one holds its target',
    file: 'src/reconciler/steps/acquire-target.step.ts',
    find: "if (existing !== undefined && isControlledBy(existing, execution.metadata.uid)) return { kind: 'next', execution };",
    replace: '',
    caughtBy: ['src/reconciler/steps/acquire-target.step.spec.ts'],
  },
  {
    name: 'the target is given back while pods of the run are alive',
    file: 'src/reconciler/steps/release-target.step.ts',
    find: 'return this.pipelineRuns.hasLivePods(execution, signal);',
    replace: 'return Promise.resolve(false);',
    caughtBy: ['src/reconciler/steps/release-target.step.spec.ts'],
  },
  {
    name: 'a change of a PipelineRun reaches no execution',
    file: 'src/reconciler/mirrors.ts',
    find: 'if (owner !== undefined) handler(keyToString(owner));',
    replace: 'if (owner === undefined) handler(keyToString(object.metadata));',
    caughtBy: ['src/reconciler/mirrors.spec.ts'],
  },
  {
    name: 'passes that have begun are cut off on shutdown',
    file: 'src/reconciler/control-loop.ts',
    find: 'await this.#drain();',
    replace: 'void this.#drain();',
    caughtBy: ['src/reconciler/control-loop.spec.ts'],
  },
  {
    name: 'a finished execution expires too late',
    file: 'src/reconciler/steps/expire-finished.step.ts',
    find: 'ttlSecondsAfterFinished * 1000',
    replace: 'ttlSecondsAfterFinished * 60_000',
    caughtBy: ['src/reconciler/steps/expire-finished.step.spec.ts'],
  },
];
