import type { RequestHandler } from 'express';
import { ApiError } from '../errors/api-error.ts';

/** Refuses a request with several Host headers (RFC 9112, section 3.2): a proxy may have gone by another one than Node. */
export const oneHost: RequestHandler = ({ rawHeaders }, _response, next) => {
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  next(hosts.length > 1 ? new ApiError('InvalidArgument', 'the request has more than one Host header') : undefined);
};
