import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { CertificateExpiry, tlsOptions } from '../../connections/server-certificate.ts';
import { limitTimes } from '../../connections/http-limits.ts';
import type { ServerCertificate } from '../../connections/server-certificate.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { Authentication } from '../call/authentication.ts';
import { CallObserver } from '../call/call-observer.ts';
import { Drain, type DrainableServer } from '../call/drain.ts';
import { checkRequest, ignoreConditions } from './check-request.ts';
import { handleClientErrors } from './client-errors.ts';
import { joinChunks } from './join-chunks.ts';
import { limitPipelining } from './limit-pipelining.ts';
import { limitResponseTime } from './limit-response-time.ts';
import { allowedMethods, openApiDocument, serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';
import { observeRequests } from './observe-requests.ts';

/**
 * Adds to an application what a module cannot: middleware, limits of connections, errors as problems, TLS and Swagger UI at
 * /docs. Call it once before the application listens; create the application with `{ bodyParser: false }`, and for TLS with
 * the `httpsOptions` of {@link tlsOptions}.
 */
export function configureHttp(app: NestExpressApplication, certificate?: ServerCertificate): void {
  app.disable('x-powered-by');
  // A proxy may allow or deny paths as they are written.
  app.enable('case sensitive routing');
  // resourceVersion serves the purpose of an ETag.
  app.disable('etag');
  // Before anything waits: the body follows immediately.
  app.use(joinChunks(serverOf(app), app.get<Clock>(CLOCK, { strict: false })));
  app.use(limitPipelining());
  app.use(observeRequests(app.get(CallObserver, { strict: false })));
  app.use(limitResponseTime());
  app.use(checkRequest);
  app.use('/api', ignoreConditions);
  const drain = app.get(Drain, { strict: false });
  app.use(closeConnections(drain));
  const server = serverOf(app);
  limitTimes(server);
  app.get(Authentication, { strict: false }).connections.REST.applyTo(server);
  // JsonBodyInterceptor answers `Expect: 100-continue` when it is about to read the body.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // checkHeaders answers with a problem; Nest does not pass this option to the constructor.
  Object.assign(server, { requireHostHeader: false });
  handleClientErrors(server);
  drain.add(new DrainableHttpServer(server));
  app.use(securityHeaders(certificate !== undefined));
  if (certificate !== undefined) applyRenewals(app, certificate);
  // Routes are known only after the start.
  const document = lazy(() => openApiDocument(app));
  const methodsOf = lazy(() => allowedMethods(document()));
  app.useGlobalFilters(new ProblemFilter((address) => methodsOf()(address)));
  serveOpenApi(app, document);
}

/** Closes idle connections immediately; Node.js would keep them until their keep-alive timeout. */
class DrainableHttpServer implements DrainableServer {
  constructor(private readonly server: HttpServer | HttpsServer) {}

  close(): Promise<void> {
    // A connection becomes idle a moment after its last response.
    const timer = setInterval(() => this.server.closeIdleConnections(), 50).unref();
    return new Promise((resolve) => {
      this.server.close(() => {
        clearInterval(timer);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  force(): void {
    this.server.closeAllConnections();
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Asks clients during shutdown not to reuse their connection. */
function closeConnections(drain: Drain): RequestHandler {
  return (_request, response, next) => {
    if (drain.hasStarted) response.setHeader('Connection', 'close');
    next();
  };
}

/** Uses a renewed certificate for new connections, and reports its end as a metric. */
function applyRenewals(app: NestExpressApplication, certificate: ServerCertificate): void {
  const server = serverOf(app);
  if (!('setSecureContext' in server)) throw new Error('TLS requires an application created with httpsOptions');
  certificate.onChange((next) => server.setSecureContext(tlsOptions(next)));
  app.get(CertificateExpiry, { strict: false }).follow(certificate);
}

function serverOf(app: NestExpressApplication): HttpServer | HttpsServer {
  const server: unknown = app.getHttpServer();
  if (server instanceof HttpServer || server instanceof HttpsServer) return server;
  throw new Error('the application has no HTTP server');
}

/** Swagger UI has inline styles and `data:` images. */
const securityHeaders = (tls: boolean) =>
  helmet({
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
    strictTransportSecurity: tls,
  });
