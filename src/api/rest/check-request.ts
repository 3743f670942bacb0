import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ApiError } from '../errors/api-error.ts';

/** Headers that Node.js takes the first of, while a proxy may have taken another one. */
const single = ['Host', 'Authorization'];

/** A host and a port, or nothing. */
const hostAndPort = /^(?:(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?)?$/i;

/**
 * Refuses requests that a proxy may read differently: ambiguous or invalid headers (RFC 9112, sections 3.2 and 6.1), and query
 * strings that are not UTF-8 in percent-encoding, which Node.js decodes to other characters. Refuses unsupported expectations.
 */
export const checkRequest: RequestHandler = (request, _response, next) => {
  const violation = violationOf(request);
  next(violation === undefined ? undefined : new ApiError('InvalidArgument', violation));
};

/** Ignores conditions of GET requests: without an ETag, Express would answer `If-None-Match: *` with 304. */
export const ignoreConditions: RequestHandler = ({ headers }, _response, next) => {
  delete headers['if-none-match'];
  delete headers['if-modified-since'];
  next();
};

function violationOf(request: IncomingMessage): string | undefined {
  return repetitionOf(request) ?? hostViolationOf(request) ?? queryViolationOf(request) ?? codingViolationOf(request);
}

function repetitionOf({ rawHeaders }: IncomingMessage): string | undefined {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const repeated = single.find((name) => names.filter((one) => one === name.toLowerCase()).length > 1);
  return repeated && `the request has more than one ${repeated} header`;
}

function hostViolationOf({ headers: { host }, httpVersion }: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.1' ? 'the request has no Host header' : undefined;
  return hostAndPort.test(host) ? undefined : 'the Host header is not a host and a port';
}

function queryViolationOf({ url = '' }: IncomingMessage): string | undefined {
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  return isDecodable(query) ? undefined : 'the query is not UTF-8 in percent-encoding';
}

function codingViolationOf({ headers }: IncomingMessage): string | undefined {
  const { expect = '100-continue', 'transfer-encoding': coding = 'chunked' } = headers;
  if (expect.toLowerCase() !== '100-continue') return 'the only expectation that is supported is 100-continue';
  return coding.toLowerCase() === 'chunked' ? undefined : 'the only transfer coding that is supported is chunked';
}

function isDecodable(query: string): boolean {
  try {
    decodeURIComponent(query);
    return true;
  } catch {
    return false;
  }
}
