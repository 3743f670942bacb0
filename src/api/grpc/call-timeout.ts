import type { IncomingHttpHeaders } from 'node:http2';

const header = 'grpc-timeout';

/** The longest timer of Node.js, in milliseconds: 24.8 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Milliseconds in each unit of the header (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 };

/**
 * Replaces timeouts that grpc-js misreads. It takes those longer than its timers for ones that are over already: they are
 * removed, because the client ends such a call itself. It reads a number anywhere in the value (`-1S` as 1 s): what is not a
 * timeout is replaced by a value that it refuses.
 */
export function correctTimeout(headers: IncomingHttpHeaders): void {
  const value = headers[header];
  if (value === undefined) return;
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(value)) ?? [];
  if (amount === undefined) headers[header] = 'invalid';
  else if (Number(amount) * (unitMs[unit] ?? 0) > longestTimerMs) delete headers[header];
}
