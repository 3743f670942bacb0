import type { Exchange } from './exchange.ts';

/** The handling of a request that is not forwarded. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

/** Reasons of the API server for the statuses in tests. */
const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** A `Status` as the API server would send it. */
export function statusOf(code: number, message = 'injected by the test'): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: reasons[code], code };
}

/** Responds with a status, without the API server. */
export function answer(
  code: number,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Fault {
  return (exchange) => {
    exchange.begin(code, { 'content-type': 'application/json', ...options.headers });
    exchange.write(options.body ?? JSON.stringify(statusOf(code)));
    exchange.end();
  };
}

/** Answers a watch with these lines (strings unchanged, anything else as JSON) and ends it cleanly. */
export function answerWatch(...lines: readonly (object | string)[]): Fault {
  return (exchange) => {
    exchange.begin(200, { 'content-type': 'application/json' });
    for (const line of lines) exchange.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
    exchange.end();
  };
}

/** Resets the connection; the request does not reach the API server. */
export function reset(): Fault {
  return (exchange) => exchange.reset();
}

/** Never answers; the request does not reach the API server. */
export function drop(): Fault {
  return () => undefined;
}

/** The request takes effect, but the connection is reset instead of answered. */
export function loseAnswer(): Fault {
  return async (exchange) => {
    const { body } = await exchange.forward();
    await body.resume().toArray();
    exchange.reset();
  };
}

/** Forwards the first `bytes` bytes of the response body, then resets the connection. */
export function resetAfter(bytes: number): Fault {
  return async (exchange) => {
    await handOver(exchange, bytes);
    exchange.reset();
  };
}

/** Ends the response after `bytes` bytes of its body, as the API server does when it loses a kubelet. */
export function endAfter(bytes: number): Fault {
  return async (exchange) => {
    await handOver(exchange, bytes);
    exchange.end();
  };
}

async function handOver(exchange: Exchange, bytes: number): Promise<void> {
  const { status, headers, body } = await exchange.forward();
  exchange.begin(status, headers);
  let left = bytes;
  for await (const part of body) {
    const chunk = Buffer.from(part as Uint8Array); // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a body is bytes
    exchange.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
}

/** Forwards the request when `event` has happened. */
export function hold(event: Promise<unknown>): Fault {
  return async (exchange) => {
    await event;
    await exchange.pass();
  };
}

/** Forwards the request after this many milliseconds. */
export function delay(ms: number): Fault {
  return hold(new Promise((resolve) => setTimeout(resolve, ms)));
}
