import type { Random } from '../../chaos/plan/random.ts';

/** Ports of 127.0.0.1. */
export interface TargetPorts {
  /** With TLS if there is a certificate, like gRPC. */
  readonly http: number;
  readonly grpc: number;
  /** Health and metrics of each process, over plain HTTP. */
  readonly operations: readonly number[];
}

/** The target of the attackers and their credentials. */
export interface AttackTarget {
  readonly ports: TargetPorts;
  /** Token of a caller who may create and read executions in {@link namespace}. */
  readonly token: string;
  /** Tokens of other callers with the same rights: a tenant may have as many as it likes. */
  readonly others: readonly string[];
  /** Tokens of callers without any rights. */
  readonly strangers: readonly string[];
  readonly namespace: string;
}

/** Context of one attack. */
export interface Attack {
  readonly target: AttackTarget;
  readonly random: Random;
  /** Counts actions and responses. */
  readonly counter: Counter;
  /** Aborts at the end of the attack. */
  readonly signal: AbortSignal;
}

/** Counts by name. */
export class Counter {
  readonly counts: Record<string, number> = {};

  add(name: string, times = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + times;
  }
}

/** Runs so many concurrent loops until the attack ends. Errors are counted: a closed connection is a response too. */
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
      // Yields to timers even if the work was synchronous.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: size }, (_, number) => one(number)));
}

/** Resolves after some time, or at the end of the attack. */
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

/** Resolves at the end of the attack. */
export function attackEnd({ signal }: Pick<Attack, 'signal'>): Promise<void> {
  return sleep({ signal }, 2 ** 30);
}
