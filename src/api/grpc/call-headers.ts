import type { IncomingHttpHeaders } from 'node:http2';

/** The headers that grpc-js or this service read. */
const readHeaders = [
  ...[':method', ':path', ':authority', 'content-type', 'te', 'authorization', 'traceparent'],
  ...['grpc-timeout', 'grpc-encoding', 'grpc-accept-encoding'],
];

/**
 * The headers of a call that are read, as grpc-js should see them:
 *
 * - Others are left out: grpc-js splits binary values at commas, so that 15 KB of them take 3 MB.
 * - Timeouts that it misreads are replaced ({@link normalizeTimeout}).
 * - Node.js keeps the first of two `authorization` headers, while a proxy may have taken another one: such a call gets two
 *   empty ones, and is refused.
 *
 * @param rawHeaders names and values in turn
 */
export function callHeaders(headers: IncomingHttpHeaders, rawHeaders: unknown): IncomingHttpHeaders {
  const known = readHeaders.map((name) => [name, headers[name]] as const).filter(([, value]) => value !== undefined);
  const result: IncomingHttpHeaders = Object.fromEntries(known);
  normalizeTimeout(result);
  if (isRepeated('authorization', rawHeaders)) Object.assign(result, { authorization: ['', ''] });
  return result;
}

/** What RFC 9113 counts for each header besides its name and value (section 6.5.2), in bytes. */
const headerOverheadBytes = 32;

/**
 * The size of metadata, as RFC 9113 counts it.
 *
 * @param rawHeaders names and values in turn
 */
export function metadataBytes(rawHeaders: unknown): number {
  if (!Array.isArray(rawHeaders)) return 0;
  return rawHeaders.reduce((sum: number, text) => sum + String(text).length + headerOverheadBytes / 2, 0);
}

/** @param rawHeaders names and values in turn */
function isRepeated(name: string, rawHeaders: unknown): boolean {
  return Array.isArray(rawHeaders) && rawHeaders.filter((text, index) => index % 2 === 0 && text === name).length > 1;
}

/** The longest timer of Node.js, in milliseconds: 24.8 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Milliseconds per unit of `grpc-timeout` (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000001 };

/**
 * Replaces timeouts that grpc-js misreads. It takes those longer than its timers for expired: they are removed, as the client
 * ends such a call itself. It finds a number anywhere in the value (`-1S` as 1 s): malformed ones are replaced by a value
 * that it refuses, with INTERNAL as grpc-go does.
 */
export function normalizeTimeout(headers: IncomingHttpHeaders): void {
  const value = headers['grpc-timeout'];
  if (value === undefined) return;
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(value)) ?? [];
  if (amount === undefined) headers['grpc-timeout'] = 'invalid';
  else if (Number(amount) * (unitMs[unit] ?? 0) > longestTimerMs) delete headers['grpc-timeout'];
}
