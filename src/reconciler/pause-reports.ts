import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { sleep, Signal } from '../kubernetes/async.ts';
import { type Clock, CLOCK } from '../kubernetes/clock.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { describePause, type PausingObject } from '../pauses/pause.ts';
import { Pauses } from '../pauses/pauses.ts';
import { phaseOf } from '../workflow-execution/execution.ts';
import { Executions } from './executions/executions.ts';
import { LOGGER } from './executions/tokens.ts';
import { StartsInProgress } from './pipelinerun/starts-in-progress.ts';
import { UnconfirmedCreates } from './pipelinerun/unconfirmed-creates.ts';
import { ExecutionEvents } from './reporting/execution-events.ts';

/**
 * Acknowledges pauses: once a pause is reported, no PipelineRun is created that did not exist before. Each leader reports by
 * Event, log and metric (docs/adr/0061-pauses.md).
 */
@Injectable()
export class PauseReports {
  private readonly changed = new Signal();
  private changes = 0;
  /** By the UID of the object that pauses. */
  private readonly reported = new Map<string, PausingObject>();

  constructor(
    private readonly pauses: Pauses,
    private readonly starts: StartsInProgress,
    private readonly creates: UnconfirmedCreates,
    private readonly executions: Executions,
    @Inject(ExecutionEvents) private readonly events: Pick<ExecutionEvents, 'recordAbout'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    pauses.onChange(() => {
      this.changes += 1;
      // At once: a pause that begins again has to be acknowledged again, although it may look the same.
      this.reportEnds();
      this.changed.notify();
    });
  }

  /** The objects whose pauses this replica has reported, and that pause still. */
  get inForce(): readonly PausingObject[] {
    return [...this.reported.values()];
  }

  /** Reports pauses until the signal aborts. The caches must be complete. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.changed.notify(), { once: true });
    while (!signal.aborted) {
      await this.update(signal);
      await this.changed.wait();
    }
    this.reported.clear();
  }

  private async update(signal: AbortSignal): Promise<void> {
    const { changes } = this;
    const begun = this.pauses.all().filter((object) => !this.isReported(object));
    if (begun.length === 0) return;
    // Nothing starts any more; what was sent before may still take effect.
    await this.starts.ended();
    await this.createsConfirmed(signal);
    // Starts may have been allowed meanwhile: the next update reports what is paused then.
    if (signal.aborted || changes !== this.changes) return;
    for (const object of begun) this.reportBegin(object);
  }

  /** Whether a pause is reported as it is now. */
  private isReported({ metadata, pause }: PausingObject): boolean {
    return isDeepStrictEqual(this.reported.get(metadata.uid)?.pause, pause);
  }

  /** Waits until no create without an answer can take effect any more. */
  private async createsConfirmed(signal: AbortSignal): Promise<void> {
    for (;;) {
      const pending = this.executions.all().filter((execution) => phaseOf(execution) === 'Pending');
      const waitMs = pending.reduce((longest, execution) => Math.max(longest, this.creates.waitMs(execution)), 0);
      if (waitMs === 0 || signal.aborted) return;
      await sleep(this.clock, waitMs, signal);
    }
  }

  private reportBegin(object: PausingObject): void {
    const { metadata, pause } = object;
    if (pause === undefined) return;
    this.reported.set(metadata.uid, object);
    this.log.info({ paused: pause.namespace ?? '*', by: pause.by, since: pause.since, reason: pause.reason }, 'paused');
    const note = `${describePause(pause)}. Nothing new starts; what runs continues.`;
    this.events.recordAbout(object, { type: 'Normal', reason: 'Paused', action: 'Pause', note });
  }

  private reportEnds(): void {
    const pausing = new Set(this.pauses.all().map(({ metadata }) => metadata.uid));
    for (const object of this.inForce) if (!pausing.has(object.metadata.uid)) this.reportEnd(object);
  }

  private reportEnd(object: PausingObject): void {
    this.reported.delete(object.metadata.uid);
    this.log.info({ paused: object.pause?.namespace ?? '*' }, 'pause ended');
    const since = object.pause?.since === undefined ? '' : ` since ${object.pause.since}`;
    const note = `The pause${since} has ended. Pending executions are handled in the order of their creation.`;
    this.events.recordAbout(object, { type: 'Normal', reason: 'Resumed', action: 'Resume', note });
  }
}
