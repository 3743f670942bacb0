import { Inject, Injectable } from '@nestjs/common';
import { KubernetesClient } from '../kubernetes/client.ts';
import { sleep } from '../kubernetes/async.ts';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ForbiddenError } from '../kubernetes/errors.ts';
import { apiServerFinding } from './decide.ts';
import type { Finding } from './finding.ts';

/** Pause between two requests, and the longest wait for an answer, in milliseconds. */
const everyMs = 3_000;
const timeoutMs = 3_000;

/**
 * Asks the API server for its own readiness every few seconds, however often anybody asks for ours.
 * https://kubernetes.io/docs/reference/using-api/health-checks/
 */
@Injectable()
export class ApiServer {
  private answeredAt?: number;
  private failure?: string;

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Asks until the signal aborts, and calls `onAnswer` after each answer or failure. Never rejects. */
  async run(signal: AbortSignal, onAnswer: () => void): Promise<void> {
    while (!signal.aborted) {
      this.failure = await this.ask(signal);
      if (this.failure === undefined) this.answeredAt = this.clock.elapsedMs();
      onAnswer();
      await sleep(this.clock, everyMs, signal);
    }
  }

  finding(): Finding {
    const { answeredAt, clock } = this;
    return apiServerFinding(answeredAt === undefined ? undefined : clock.elapsedMs() - answeredAt, this.failure);
  }

  /** Why there was no good answer. */
  private async ask(signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.client.raw('/readyz', { timeoutMs, signal });
      return undefined;
    } catch (error) {
      // It is there, but its administrator lets nobody ask this.
      if (error instanceof ForbiddenError) return undefined;
      return error instanceof Error ? error.message : String(error);
    }
  }
}
