import type { FaultProxy, SeenRequest } from '../support/fault-proxy.ts';
import { loseAnswer, type Fault } from '../support/faults.ts';

/** Where a process dies: before its n-th write takes effect, or after that and before it hears of it. */
export interface CrashPoint {
  /** Counts from 1. */
  readonly write: number;
  readonly effect: 'before' | 'after';
}

/** A process that is going to die. */
export interface Crash {
  /** Resolves when it has: nothing that it sends arrives any more. */
  readonly happened: Promise<void>;
  /** Lets everything through again, for the process that comes next. */
  over(): void;
}

/** Every point at which a process may die that makes up to so many writes. */
export function crashPoints(writes: number): CrashPoint[] {
  const numbers = Array.from({ length: writes }, (_, index) => index + 1);
  return numbers.flatMap((write) => [{ write, effect: 'before' } as const, { write, effect: 'after' } as const]);
}

/** Events are written beside the work and decide nothing: they are no points at which to die. */
function isWrite({ method, url }: SeenRequest): boolean {
  return method !== 'GET' && !url.pathname.startsWith('/apis/events.k8s.io/');
}

/** Lets the process behind a proxy die at a point: from then on nothing of it reaches the API server. */
export function crashAt(proxy: FaultProxy, { write, effect }: CrashPoint): Crash {
  const { promise, resolve } = Promise.withResolvers<void>();
  let writes = 0;
  const die: Fault = async (exchange) => {
    if (isWrite(exchange)) writes += 1;
    if (writes < write) return exchange.pass();
    if (writes === write && effect === 'after' && isWrite(exchange)) await loseAnswer()(exchange);
    exchange.reset();
    resolve();
  };
  const injection = proxy.inject({}, die);
  return { happened: promise, over: () => injection.remove() };
}
