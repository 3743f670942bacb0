import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { ExpiringCache } from '../../auth/expiring-cache.ts';
import { CONFIG, type Config } from '../../config/config.ts';
import { maxResolutions, rememberedBundles } from '../../config/limits.ts';
import { Deadline, sleep, unlessAborted } from '../../kubernetes/async.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import {
  CancelledError,
  ForbiddenError,
  KubernetesError,
  mayHaveTakenEffect,
  NotFoundError,
} from '../../kubernetes/errors.ts';
import type { ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { readPipeline, type Pipeline } from '../../tekton/pipeline.ts';
import {
  newResolutionRequest,
  resolutionRequestResource,
  type BundleKey,
  type ResolutionRequest,
} from '../../tekton/resolution-request.ts';
import { formatDurationMs } from '../../workflow-execution/duration.ts';
import { NAME_SUFFIX, type NameSuffix } from '../resource/names.ts';
import { Semaphore } from './semaphore.ts';

/** What Tekton says about a bundle. */
export type Resolution =
  | { readonly kind: 'resolved'; readonly pipeline: Pipeline; readonly digest?: string }
  /** A run would fail for this reason. */
  | { readonly kind: 'failed'; readonly message: string; readonly digest?: string }
  /** This service does not read the Pipeline, for this reason. */
  | { readonly kind: 'unread'; readonly message: string; readonly digest?: string }
  /** It is unknown for now, for this reason. */
  | { readonly kind: 'unknown'; readonly message: string; readonly digest?: string };

/** Pauses between two reads of a ResolutionRequest, in milliseconds; Tekton takes some tenths of a second. */
const pollMs = { first: 50, longest: 1_000 } as const;

/**
 * Resolves bundles through Tekton's ResolutionRequests, with the credentials of the run. Concurrent calls share one request;
 * bundles pinned by digest are remembered. A request is deleted as soon as it is answered; `PreflightSweep` deletes those that a
 * crash leaves behind.
 */
@Injectable()
export class BundleResolver implements OnApplicationShutdown {
  private readonly logger = new Logger('Preflight');
  private readonly entries: ExpiringCache<Entry>;
  private readonly running = new Set<Promise<unknown>>();
  private readonly slots = new Semaphore(maxResolutions.total);
  private readonly stop = new AbortController();

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) private readonly config: Pick<Config, 'preflightTimeoutMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(NAME_SUFFIX) private readonly suffix: NameSuffix,
  ) {
    this.entries = new ExpiringCache({ max: rememberedBundles.max, ttlMs: ({ keptMs }) => keptMs, clock });
  }

  /** Whether {@link resolve} sends no request of its own. */
  isKnown(bundle: BundleKey): boolean {
    return this.entries.has(keyOf(bundle));
  }

  /** The resolution if it is remembered, without waiting. */
  async remembered(bundle: BundleKey): Promise<Resolution | undefined> {
    if (!this.isKnown(bundle)) return undefined;
    // A resolution in progress loses the race.
    return (await Promise.race([this.entry(bundle), Promise.resolve(undefined)]))?.resolution;
  }

  /** Resolves a bundle within WFE_PREFLIGHT_TIMEOUT; the result says why if that is impossible. */
  async resolve(bundle: BundleKey): Promise<Resolution> {
    return (await this.entry(bundle)).resolution;
  }

  /** Ends the requests in flight. */
  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  private entry(bundle: BundleKey): Promise<Entry> {
    return this.entries.get(keyOf(bundle), () => this.track(this.load(bundle)));
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    return work.finally(() => this.running.delete(work));
  }

  private async load(bundle: BundleKey): Promise<Entry> {
    const { preflightTimeoutMs: timeoutMs } = this.config;
    const deadline = new Deadline(this.clock, { timeoutMs, signal: this.stop.signal });
    let isHeld = false;
    try {
      await this.slots.acquire(deadline.signal);
      isHeld = true;
      return entryOf(bundle, await this.ask(bundle, deadline.signal));
    } catch (error) {
      if (deadline.signal.aborted) return unknown(overdue(deadline, timeoutMs));
      if (!(error instanceof KubernetesError)) throw error;
      this.logger.warn({ msg: 'bundle not resolved', namespace: bundle.namespace, err: error });
      return unknown(reasonOf(error));
    } finally {
      deadline.clear();
      if (isHeld) this.slots.release();
    }
  }

  /** The answer of Tekton. */
  private async ask(bundle: BundleKey, signal: AbortSignal): Promise<ResolutionRequest> {
    const request = newResolutionRequest(bundle, this.suffix());
    // Not canceled: it might take effect after the deletion.
    const creating = this.client.create(resolutionRequestResource, request);
    try {
      const { metadata } = await unlessAborted(creating, signal, () => new CancelledError('the time is over'));
      for (let pauseMs: number = pollMs.first; ; pauseMs = Math.min(2 * pauseMs, pollMs.longest)) {
        await sleep(this.clock, pauseMs, signal);
        const found = await this.client.get(resolutionRequestResource, metadata, { signal });
        if (isAnswered(found)) return found;
      }
    } finally {
      void this.track(this.delete(request.metadata, creating));
    }
  }

  /** Deletes a request after its creation. Never rejects: the sweep deletes what is left. */
  private async delete({ namespace, name }: Required<ObjectKey>, creating: Promise<unknown>): Promise<void> {
    try {
      if (await creating.then(() => true, mayHaveTakenEffect)) {
        await this.client.delete(resolutionRequestResource, { namespace, name });
      }
    } catch (err) {
      if (err instanceof NotFoundError) return;
      this.logger.warn({ msg: 'resolution request not deleted', namespace, name, err });
    }
  }
}

/** A resolution, and for how long it is remembered in milliseconds. */
interface Entry {
  readonly resolution: Resolution;
  readonly keptMs: number;
}

/** Another namespace or ServiceAccount may have other credentials. */
function keyOf({ namespace, pipelineRef }: BundleKey): string {
  return JSON.stringify([namespace, pipelineRef]);
}

function isAnswered({ status: { succeeded } }: ResolutionRequest): boolean {
  return succeeded !== undefined && succeeded.status !== 'Unknown';
}

/** A tag may move, and a large Pipeline takes memory. */
function entryOf({ pipelineRef }: BundleKey, request: ResolutionRequest): Entry {
  const resolution = readResolution(request);
  const isPinned = pipelineRef.params.some(({ name, value }) => name === 'bundle' && value.includes('@'));
  const isSmall = (request.status.data ?? '').length <= rememberedBundles.maxLength;
  return { resolution, keptMs: resolution.kind === 'resolved' && isPinned && isSmall ? rememberedBundles.ttlMs : 0 };
}

function readResolution({ status: { succeeded, data = '', digest } }: ResolutionRequest): Resolution {
  if (succeeded?.status !== 'True') return { kind: 'failed', message: `cannot be resolved: ${succeeded?.message}` };
  const content = readPipeline(Buffer.from(data, 'base64'));
  switch (content.kind) {
    case 'pipeline':
      return { kind: 'resolved', pipeline: content.pipeline, digest };
    case 'refused':
      return { kind: 'failed', message: content.message, digest };
    case 'unread':
      return { kind: 'unread', message: `the Pipeline is not read: ${content.message}`, digest };
  }
}

function unknown(message: string): Entry {
  return { resolution: { kind: 'unknown', message }, keptMs: 0 };
}

function overdue({ isExceeded }: Deadline, timeoutMs: number): string {
  return isExceeded
    ? `Tekton has not resolved the bundle within ${formatDurationMs(timeoutMs)} (WFE_PREFLIGHT_TIMEOUT)`
    : 'this replica is shutting down';
}

function reasonOf(error: KubernetesError): string {
  if (error instanceof ForbiddenError) return 'the cluster denies this service ResolutionRequests of Tekton';
  if (error instanceof NotFoundError)
    return 'the cluster does not have ResolutionRequests of Tekton, or this one is gone';
  return 'the cluster cannot be reached';
}
