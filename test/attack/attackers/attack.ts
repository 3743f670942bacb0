import type { Random } from '../../chaos/plan/random.ts';

/** Ports of 127.0.0.1. */
export interface TargetPorts {
  /** TLS when there is a certificate, as gRPC. */
  readonly http: number;
  readonly grpc: number;
  /** Of every process: health and metrics over plain HTTP. */
  readonly operations: readonly number[];
}

/** What attackers attack, and what they know. */
export interface AttackTarget {
  readonly ports: TargetPorts;
  /** Token of a caller who may create and read executions in {@link namespace}. */
  readonly token: string;
  readonly namespace: string;
}

/** What one attack works with. */
export interface Attack {
  readonly target: AttackTarget;
  readonly random: Random;
  /** Counts what was done and answered. */
  readonly counter: Counter;
  /** Aborts when the attack is over. */
  readonly signal: AbortSignal;
}

/** Counts by name. */
export class Counter {
  readonly counts: Record<string, number> = {};

  add(name: string, times = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + times;
  }
}

/**
 * Lets so many attackers do the same again and again until the attack is over. What fails is counted: a connection that the
 * service closes is an answer, too.
 */
export async function repeatInParallel(
  { signal, counter }: Attack,
  size: number,
  act: (number: number, turn: number) => Promise<void>,
): Promise<void> {
  const one = async (number: number): Promise<void> => {
    for (let turn = 0; !signal.aborted; turn++) {
      try {
        await act(number, turn);
      } catch (error) {
        counter.add(error instanceof Error ? error.message.slice(0, 60) : String(error));
      }
      // Lets timers run, also where nothing was waited for.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: size }, (_, number) => one(number)));
}

/** Resolves after some time, or when the attack is over. */
export function sleep({ signal }: Pick<Attack, 'signal'>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Resolves when the attack is over. */
export function attackEnd({ signal }: Pick<Attack, 'signal'>): Promise<void> {
  return sleep({ signal }, 2 ** 30);
}
