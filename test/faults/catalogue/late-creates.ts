import type { Fault } from '../fault.ts';

/** Faults in what happens after a create of a PipelineRun had no answer. */
export const lateCreateFaults: readonly Fault[] = [
  {
    name: 'a target is free although the PipelineRun may have been created',
    file: 'src/reconciler/steps/start-pipeline-run.step.ts',
    find: 'if (creates.waitMs(execution) === 0) occupancy',
    replace: 'occupancy',
    caughtBy: ['src/reconciler/steps/start-pipeline-run.step.spec.ts'],
  },
  {
    name: 'an execution ends as not started while a create without an answer may take effect',
    file: 'src/reconciler/steps/end-unstarted.ts',
    find: 'if (waitMs === 0)',
    replace: 'if (waitMs >= 0)',
    caughtBy: ['src/reconciler/reconciler.late-create.spec.ts'],
  },
  {
    name: 'a deleted execution goes while a create without an answer may take effect',
    file: 'src/reconciler/steps/deletion.steps.ts',
    find: "if (waitMs === 0) return { kind: 'next', execution };",
    replace: "return { kind: 'next', execution };",
    caughtBy: ['src/reconciler/reconciler.late-create.spec.ts'],
  },
  {
    name: 'a refused create hides the PipelineRun of an earlier one',
    file: 'src/reconciler/steps/start-pipeline-run.step.ts',
    find: 'return taken ?? endAs(observation);',
    replace: 'return endAs(observation);',
    caughtBy: ['src/reconciler/reconciler.late-create.spec.ts'],
  },
  {
    name: 'another decision is taken while a final status without an answer may be written',
    file: 'src/reconciler/reconciler.ts',
    find: '(await this.repeatStatus(cached, signal)) ??',
    replace: '',
    caughtBy: ['src/reconciler/reconciler.late-create.spec.ts'],
  },
  {
    name: 'a PipelineRun that is created after the end of its execution runs',
    file: 'src/reconciler/pipelinerun/pipeline-run-retention.ts',
    find: 'if (late !== undefined) await this.cancel(late, signal);',
    replace: '',
    caughtBy: ['src/reconciler/reconciler.late-create.spec.ts'],
  },
];
