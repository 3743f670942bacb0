import type { AuditTrail } from '../audit/audit-trail.ts';
import { silentLogger } from '../kubernetes/logger.ts';
import type { TargetLocks } from '../locking/target-locks.ts';
import type { TargetResolution, Targets } from '../targets/targets.ts';
import type { aFakeCluster } from './fake-cluster.builders.ts';
import { PhaseSteps } from './phase-steps.ts';
import { Reconciler } from './reconciler.ts';
import type { ExecutionEvents } from './reporting/execution-events.ts';
import type { ExecutionMetrics } from './reporting/execution-metrics.ts';
import { StatusWriter } from './reporting/status-writer.ts';
import type { StepContext } from './steps/step-context.ts';

const resolved: TargetResolution = { kind: 'resolved', target: 'payment/deployment/payment-api' };

interface Given {
  readonly config: Partial<StepContext['config']>;
  /** Whether the audit events of each execution are recorded, or given up. */
  readonly isAuditFinal: boolean;
  /** What each target is resolved to. */
  readonly target?: TargetResolution;
}

/** The reconciler with all its steps on a fake cluster, on which every target is free. */
export function aReconciler(cluster: ReturnType<typeof aFakeCluster>, given: Given): Reconciler {
  const { config, isAuditFinal, target = resolved } = given;
  const ignored = { record: () => undefined };
  const context = {
    ...cluster,
    statuses: new StatusWriter(
      cluster.executions,
      cluster.refusedStatuses,
      ignored as unknown as ExecutionEvents,
      ignored as unknown as ExecutionMetrics,
      silentLogger,
    ),
    locks: {
      acquire: () => Promise.resolve({ kind: 'acquired' }),
      release: () => Promise.resolve(),
      isHeldBy: () => false,
    } as unknown as TargetLocks,
    targets: { resolve: () => Promise.resolve(target) } as unknown as Targets,
    trail: { status: () => ({ isFinal: isAuditFinal }) } as unknown as AuditTrail,
    creationErrors: { inc: () => undefined },
    config,
    log: silentLogger,
  } as unknown as StepContext;
  return new Reconciler(context, new PhaseSteps());
}
