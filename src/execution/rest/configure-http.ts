import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';

/**
 * Makes an application that imports ExecutionModule speak REST: security headers, errors as problems, Swagger UI at /docs. Call it once, before the application listens; create the application with
 * `{ bodyParser: false }`.
 */
export function configureHttp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  // A hash of the body says nothing that resourceVersion does not.
  app.disable('etag');
  app.use(securityHeaders);
  app.useGlobalFilters(new ProblemFilter());
  serveOpenApi(app);
}

/** Swagger UI sets styles in place and shows images of its own as data; upgrading to HTTPS waits for there to be TLS. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
    },
  },
  strictTransportSecurity: false,
});
