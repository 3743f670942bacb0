import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { sleep } from '../kubernetes/async.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ForbiddenError } from '../kubernetes/errors.ts';
import { apiServerHealth } from './health-rules.ts';

/** Pause between two probes, and the timeout of each, in milliseconds. */
const periodMs = 3_000;
const timeoutMs = 3_000;

/**
 * Probes the readiness of the API server every few seconds, independent of probes of this service.
 * https://kubernetes.io/docs/reference/using-api/health-checks/
 */
@Injectable()
export class ApiServerProbe {
  private respondedAt?: number;
  private failure?: string;

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Probes until the signal aborts, and calls `onResult` after each probe. Never rejects. */
  async run(signal: AbortSignal, onResult: () => void): Promise<void> {
    while (!signal.aborted) {
      this.failure = await this.probe(signal);
      if (this.failure === undefined) this.respondedAt = this.clock.elapsedMs();
      onResult();
      await sleep(this.clock, periodMs, signal);
    }
  }

  check(): HealthIndicatorResult {
    const { respondedAt, clock } = this;
    return apiServerHealth(respondedAt === undefined ? undefined : clock.elapsedMs() - respondedAt, this.failure);
  }

  /** @returns why the probe failed; undefined if it did not */
  private async probe(signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.client.raw('/readyz', { timeoutMs, signal });
      return undefined;
    } catch (error) {
      // The API server responds, but this service has no right to its health.
      if (error instanceof ForbiddenError) return undefined;
      return error instanceof Error ? error.message : String(error);
    }
  }
}
