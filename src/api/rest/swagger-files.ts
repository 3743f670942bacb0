import type { RequestHandler } from 'express';
import { ApiError } from '../errors/api-error.ts';

/** What the page of Swagger UI loads, and the page itself. */
const loaded =
  /^(\/docs)?\/?(index\.(html|css)|swagger-ui\.css|swagger-ui(-bundle|-standalone-preset|-init)\.js|favicon-(16x16|32x32)\.png)?$/;

/** Lets only those requests through that Swagger UI makes: its package holds more, such as source maps and its package.json. */
export const swaggerFiles: RequestHandler = ({ path, method, originalUrl }, _response, next) => {
  next(loaded.test(path) ? undefined : new ApiError('RouteNotFound', `Cannot ${method} ${originalUrl}`));
};
