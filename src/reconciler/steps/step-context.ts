import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { AuditTrail } from '../../audit/audit-trail.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { type Clock, CLOCK } from '../../kubernetes/clock.ts';
import type { Logger } from '../../kubernetes/logger.ts';
import { TargetLocks } from '../../locking/target-locks.ts';
import { InjectMetric } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/metrics.ts';
import { Pauses } from '../../pauses/pauses.ts';
import { Targets } from '../../targets/targets.ts';
import { StatusWriter } from '../reporting/status-writer.ts';
import { Executions } from '../executions/executions.ts';
import { RefusedStatuses } from '../executions/refused-statuses.ts';
import { History } from '../history/history.ts';
import { LOGGER } from '../executions/tokens.ts';
import { PipelineRunAdoption } from '../pipelinerun/pipeline-run-adoption.ts';
import { PipelineRunRetention } from '../pipelinerun/pipeline-run-retention.ts';
import { PipelineRuns } from '../pipelinerun/pipeline-runs.ts';
import { RunEnds } from '../pipelinerun/run-end.ts';
import { RunProgress } from '../pipelinerun/run-progress.ts';
import { StartsInProgress } from '../pipelinerun/starts-in-progress.ts';
import { UnconfirmedCreates } from '../pipelinerun/unconfirmed-creates.ts';
import { UnrecordedEnds } from '../pipelinerun/unrecorded-ends.ts';
import { TargetOccupancy } from '../target/target-occupancy.ts';

/** The dependencies of steps. Each step names the parts that it uses ({@link With}). */
@Injectable()
export class StepContext {
  constructor(
    readonly executions: Executions,
    readonly history: History,
    readonly statuses: StatusWriter,
    readonly refusedStatuses: RefusedStatuses,
    readonly pipelineRuns: PipelineRuns,
    readonly adoption: PipelineRunAdoption,
    readonly creates: UnconfirmedCreates,
    readonly retention: PipelineRunRetention,
    readonly runEnds: RunEnds,
    readonly unrecordedEnds: UnrecordedEnds,
    readonly runProgress: RunProgress,
    readonly targets: Targets,
    readonly locks: TargetLocks,
    readonly occupancy: TargetOccupancy,
    readonly trail: AuditTrail,
    readonly pauses: Pauses,
    readonly starts: StartsInProgress,
    @InjectMetric(metrics.creationErrors) readonly creationErrors: Pick<Counter, 'inc'>,
    @Inject(CONFIG) readonly config: Config,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(LOGGER) readonly log: Logger,
  ) {}
}

/** The named parts of a {@link StepContext}, with the named settings of its configuration. */
export type With<K extends Exclude<keyof StepContext, 'config'>, S extends keyof Config = never> = Pick<
  StepContext,
  K
> &
  ([S] extends [never] ? unknown : { readonly config: Pick<Config, S> });
