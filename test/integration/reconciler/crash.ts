import type { FaultProxy, SeenRequest } from '../support/fault-proxy.ts';
import { loseAnswer, type Fault } from '../support/faults.ts';

/** A process that dies. */
export interface Crash {
  /** Resolves when it has crashed: no further request reaches the API server. */
  readonly happened: Promise<void>;
  /** Forwards requests again, for the next process. */
  over(): void;
}

/**
 * Crashes the process behind a proxy after its n-th write has taken effect and before it gets the response. For the next
 * process, which has only the state of the cluster, that is the same as a crash before the next write.
 *
 * @param writes 1 or more
 */
export function crashAfter(proxy: FaultProxy, writes: number): Crash {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  const die: Fault = async (exchange) => {
    if (isWrite(exchange)) seen += 1;
    if (seen < writes) return exchange.pass();
    if (seen === writes && isWrite(exchange)) await loseAnswer()(exchange);
    exchange.reset();
    resolve();
  };
  const injection = proxy.inject({}, die);
  return { happened: promise, over: () => injection.remove() };
}

/** Events do not count: they are written concurrently and nothing depends on them. */
function isWrite({ method, url }: SeenRequest): boolean {
  return method !== 'GET' && !url.pathname.startsWith('/apis/events.k8s.io/');
}
