import type { Edit } from '../../faults/fault.ts';
import type { InterferenceKind } from '../plan/interference.ts';
import { smallSize } from '../plan/options.ts';
import type { ChaosSize } from '../plan/options.ts';

/** Something that keeps the promises of the service when somebody interferes. */
export interface Defence {
  readonly name: string;
  /** The change of a source by which it is switched off. */
  readonly edit: Edit;
  /** The rule of the checker that is broken then. */
  readonly rule: string;
  /** What the neighbour does to show it. */
  readonly interferenceKinds: readonly InterferenceKind[];
  /** What is different in the chaos run that shows it. */
  readonly size?: Partial<ChaosSize>;
  /** Settings (WFE_…) that are different. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it shows only where pods can run. */
  readonly needsPods?: true;
}

/** A chaos run of some seconds, in which executions often want the same target and the leader is left alone. */
export const defenceSize: Omit<ChaosSize, 'seed'> = {
  ...smallSize,
  executions: 30,
  targets: 6,
  kills: 0,
  freezes: 0,
  deletedPercent: 0,
  cancelledPercent: 0,
  interferences: 8,
  pods: 0,
  seconds: 10,
  longestRunMs: 8000,
  // A slow machine is not to change the leader.
  leaseSeconds: 15,
  cooldownSeconds: 1,
};

const twoRuns = 'A target never has two unfinished PipelineRuns';
const trueOutcome = 'An outcome is what the PipelineRun said';

/** The defences, each with what shows that it is one. */
export const defences: readonly Defence[] = [
  {
    name: 'executions are checked beside the Lease',
    edit: {
      file: 'src/reconciler/target/target-occupancy.ts',
      find: 'return [...running.map(idOf), ...this.requestedOn(execution)];',
      replace: 'return running.filter(() => false).map(idOf);',
    },
    rule: twoRuns,
    interferenceKinds: ['delete-lock', 'empty-lock'],
    size: { interferences: 16 },
  },
  {
    name: 'a running execution restores its Lease',
    edit: {
      file: 'src/reconciler/steps/target.steps.ts',
      find: 'await locks.restore(target, idOf(execution), clock.now(), signal);',
      replace: 'locks.isHeldBy(target, idOf(execution));',
    },
    rule: 'A PipelineRun runs only while its execution has the target',
    interferenceKinds: ['delete-lock', 'empty-lock', 'reassign-lock'],
    size: { longestRunMs: 15_000 },
  },
  {
    name: 'a target is locked in its canonical form',
    edit: {
      file: 'src/workflow-execution/resolve-target.ts',
      find: 'canonicalTarget(written, found.kind)',
      replace: 'canonicalTarget(written, written.kind)',
    },
    rule: twoRuns,
    interferenceKinds: [],
    size: { interferences: 0 },
  },
  {
    name: 'a PipelineRun is adopted by its content',
    edit: {
      file: 'src/reconciler/pipelinerun/pipeline-run-adoption.ts',
      find: 'if (!hasMetadataOf(found, expected)) return false;',
      replace: 'return hasMetadataOf(found, expected);',
    },
    rule: 'No execution reports a PipelineRun of somebody else',
    interferenceKinds: ['forge-run'],
  },
  {
    name: 'a PipelineRun is known by its UID',
    edit: {
      file: 'src/reconciler/pipelinerun/ownership.ts',
      find: 'pipelineRun.metadata.uid === recorded',
      replace: 'isControlledBy(pipelineRun, execution)',
    },
    rule: trueOutcome,
    interferenceKinds: ['replace-run', 'strip-owners'],
  },
  {
    name: 'a PipelineRun is kept until its outcome is recorded',
    edit: {
      file: 'src/tekton/build-pipeline-run.ts',
      find: 'finalizers: [pipelineRunFinalizer],',
      replace: 'finalizers: [],',
    },
    rule: trueOutcome,
    interferenceKinds: ['prune-runs'],
    size: { freezes: 1, leaseSeconds: 5 },
  },
  {
    name: 'the label by which a PipelineRun is watched is restored',
    edit: {
      file: 'src/reconciler/pipelinerun/pipeline-runs.ts',
      find: 'if (isWatched(pipelineRun)) return pipelineRun;',
      replace: "if (isWatched(pipelineRun) || label !== '') return pipelineRun;",
    },
    rule: 'Every execution ends',
    interferenceKinds: ['strip-labels'],
    // A run is looked at when it is ten seconds old, whatever the watch says.
    size: { longestRunMs: 18_000 },
    // A resync would repair it.
    settings: { WFE_RESYNC: '10m' },
  },
  {
    name: 'an execution ends only when no step of it runs',
    edit: {
      file: 'src/reconciler/pipelinerun/run-end.ts',
      find: 'return awaited.length === 0 && pods.length === 0;',
      replace: 'return awaited.length === 0;',
    },
    rule: 'No step runs after the end of its execution',
    interferenceKinds: ['delete-run'],
    size: { executions: 12, targets: 12, pods: 12, cancelledPercent: 100, interferences: 4 },
    needsPods: true,
  },
];
