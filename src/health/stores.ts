import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../kubernetes/clock.ts';
import { ReflectorRunner, type RunningReflector } from '../kubernetes/kubernetes.providers.ts';
import { storeFinding } from './decide.ts';
import type { Finding } from './finding.ts';

/** The mirrors of the cluster that the application has, all of them. */
@Injectable()
export class Stores {
  private readonly failingSince = new Map<RunningReflector, number>();

  constructor(
    private readonly runner: ReflectorRunner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** How each of them stands. How long one has been failing is known as exactly as this is called often. */
  findings(): Finding[] {
    return this.runner.reflectors.map((reflector) => {
      const { resource, hasSynced, failure } = reflector;
      const failingForMs = this.failingForMs(reflector);
      return storeFinding({ resource: resource.plural, hasSynced, failure: failure?.message, failingForMs });
    });
  }

  /** Which of them have been read; what has been stays so, whatever happens later. */
  firstReads(): Finding[] {
    return this.runner.reflectors.map(({ resource, hasSynced, failure }) =>
      storeFinding({ resource: resource.plural, hasSynced, failure: hasSynced ? undefined : failure?.message }),
    );
  }

  /** Calls `onSync` for each of them, once it has been read. */
  async synced(signal: AbortSignal, onSync: () => void): Promise<void> {
    await Promise.allSettled(this.runner.reflectors.map((reflector) => reflector.waitForSync(signal).then(onSync)));
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
