import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { forEachDespiteErrors, sleep } from '../../kubernetes/async.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { NotFoundError } from '../../kubernetes/errors.ts';
import type { ObjectMeta } from '../../kubernetes/kubernetes-object.ts';
import { pageSize, pagesOf } from '../../kubernetes/pager.ts';
import { scopesOf, type Scope } from '../../kubernetes/store.ts';
import { preflightLabel, resolutionRequestResource } from '../../tekton/resolution-request.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';

/** Time between two sweeps, and age of ResolutionRequests that no replica waits for, in milliseconds. */
export const sweepMs = 300_000;

/** Deletes ResolutionRequests of preflights that a crash has left behind. */
@Injectable()
export class PreflightSweep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Preflight');
  private readonly stop = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) private readonly config: Pick<Config, 'preflightTimeoutMs' | 'watchNamespaces'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.preflightTimeoutMs > 0) this.run = this.sweepRegularly(this.stop.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.run;
  }

  private async sweepRegularly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await Promise.all([this.once(signal), sleep(this.clock, sweepMs, signal)]);
  }

  /** Never rejects: the first error is logged, and the rest is swept. */
  private async once(signal: AbortSignal): Promise<void> {
    const { watchNamespaces } = this.config;
    try {
      await forEachDespiteErrors(scopesOf(watchNamespaces), (scope) => this.sweep(scope, signal));
    } catch (err) {
      // Without Tekton there is nothing to sweep.
      if (!signal.aborted && !(err instanceof NotFoundError))
        this.logger.warn({ msg: 'resolution request not deleted', err });
    }
  }

  private async sweep(namespace: Scope, signal: AbortSignal): Promise<void> {
    const query = { namespace, labelSelector: preflightLabel, limit: pageSize };
    const pages = pagesOf((token) =>
      this.client.listRaw(resolutionRequestResource, { ...query, continue: token }, { signal, metadataOnly: true }),
    );
    const old: ObjectMeta[] = [];
    for await (const { items } of pages) {
      const all = items.map((item) => parseMetadata(item, resolutionRequestResource.kind));
      old.push(...all.filter(({ creationTimestamp }) => this.isOld(creationTimestamp)));
    }
    await forEachDespiteErrors(old, (metadata) =>
      this.client.delete(resolutionRequestResource, metadata, { signal }).catch(ignoreMissing),
    );
  }

  private isOld(creationTimestamp: string): boolean {
    return this.clock.now().getTime() - Date.parse(creationTimestamp) > sweepMs;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}
