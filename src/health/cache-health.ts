import { Inject, Injectable } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ReflectorRunner, type RunningReflector } from '../kubernetes/kubernetes.providers.ts';
import { cacheHealth, combine } from './health-rules.ts';

/** Health of the caches that the service needs; those that are read in the background do not count. */
@Injectable()
export class CacheHealth {
  private readonly failingSince = new Map<RunningReflector, number>();

  constructor(
    private readonly runner: ReflectorRunner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether the caches are current. Failures are timed from the first call that sees them. */
  current(): HealthIndicatorResult {
    return combine(
      this.reflectors.map((reflector) => {
        const { name, hasSynced, objectsRead, failure } = reflector;
        const failingForMs = this.failingForMs(reflector);
        return cacheHealth({ name, hasSynced, objectsRead, failure: failure?.message, failingForMs });
      }),
    );
  }

  /** Whether the caches have been read once, even if they are stale. */
  synced(): HealthIndicatorResult {
    return combine(
      this.reflectors.map(({ name, hasSynced, objectsRead, failure }) =>
        cacheHealth({ name, hasSynced, objectsRead, failure: hasSynced ? undefined : failure?.message }),
      ),
    );
  }

  /** Calls `onSync` for each reflector when it has synced. */
  async waitForSync(signal: AbortSignal, onSync: () => void): Promise<void> {
    await Promise.allSettled(this.reflectors.map((reflector) => reflector.waitForSync(signal).then(onSync)));
  }

  private get reflectors(): readonly RunningReflector[] {
    return this.runner.reflectors.filter(({ isBackground }) => !isBackground);
  }

  private failingForMs(reflector: RunningReflector): number | undefined {
    if (reflector.failure === undefined) {
      this.failingSince.delete(reflector);
      return undefined;
    }
    const now = this.clock.elapsedMs();
    const since = this.failingSince.get(reflector) ?? now;
    this.failingSince.set(reflector, since);
    return now - since;
  }
}
