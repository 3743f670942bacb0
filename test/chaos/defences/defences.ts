import type { Edit } from '../../faults/fault.ts';
import type { InterferenceKind } from '../plan/interference.ts';
import { smallSize } from '../plan/options.ts';
import type { ChaosSize } from '../plan/options.ts';

/** A mechanism that protects the service against interference. */
export interface Defence {
  readonly name: string;
  /** The edit of a source file that removes it. */
  readonly edit: Edit;
  /** The rule that is violated without it. */
  readonly rule: string;
  /** Interferences that show it. */
  readonly interferenceKinds: readonly InterferenceKind[];
  /** Differences from the default size. */
  readonly size?: Partial<ChaosSize>;
  /** Additional settings (WFE_…). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it needs pods. */
  readonly needsPods?: true;
}

/** A short chaos run in which executions often compete and the leader is not disturbed. */
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
  // Long enough that a slow machine keeps its leader.
  leaseSeconds: 15,
  cooldownSeconds: 1,
};

const twoRuns = 'A target never has two unfinished PipelineRuns';
const trueOutcome = 'An outcome is what the PipelineRun said';

/** All defences, with the rule that each keeps. */
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
    rule: 'A PipelineRun runs only while its execution has the lock',
    interferenceKinds: ['delete-lock', 'empty-lock', 'reassign-lock'],
    size: { longestRunMs: 15_000 },
  },
  {
    name: 'a target is locked in its canonical form',
    edit: {
      file: 'src/targets/resolve-target.ts',
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
    rule: 'No execution reports a foreign PipelineRun',
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
    // A run is read directly when it is ten seconds old, regardless of the watch.
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
