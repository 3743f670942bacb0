import type { NestExpressApplication } from '@nestjs/platform-express';
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { limitTimes } from '../../connections/http-limits.ts';
import { Authentication } from '../call/authentication.ts';
import { Drain } from '../call/drain.ts';
import { DrainableHttpServer } from './drainable-http-server.ts';
import { CertificateEnd } from '../../connections/certificate-end.ts';
import { tlsOptions } from '../../connections/server-certificate.ts';
import type { ServerCertificate } from '../../connections/server-certificate.ts';
import { Addresses } from './addresses.ts';
import { checkHeaders } from './check-headers.ts';
import { limitPipelining } from './limit-pipelining.ts';
import { openApiDocument, serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RequestMetrics } from './request-metrics.ts';
import { requestSpans } from './request-spans.ts';
import { answerUnreadable } from './unreadable-request.ts';

/**
 * Makes an application that imports ApiModule speak REST: security headers, errors as problems, Swagger UI at /docs. Call it once, before the application listens; create the application with
 * `{ bodyParser: false }`, and for TLS with the `httpsOptions` of {@link tlsOptions}.
 */
export function configureHttp(app: NestExpressApplication, certificate?: ServerCertificate): void {
  app.disable('x-powered-by');
  // A hash of the body says nothing that resourceVersion does not.
  app.disable('etag');
  app.use(limitPipelining());
  app.use(app.get(RequestMetrics, { strict: false }).handler);
  app.use(requestSpans);
  app.use(checkHeaders);
  const drain = app.get(Drain, { strict: false });
  app.use(lastAnswers(drain));
  const server = serverOf(app);
  limitTimes(server);
  app.get(Authentication, { strict: false }).connections.REST.applyTo(server);
  // Whoever asks before sending a body (Expect: 100-continue) is told to when it is about to be read.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // By itself Node.js answers without a problem; it is an option of the constructor, which Nest does not pass on.
  Object.assign(server, { requireHostHeader: false });
  answerUnreadable(server);
  drain.add(new DrainableHttpServer(server));
  app.use(securityHeaders(certificate !== undefined));
  if (certificate !== undefined) showChanged(app, certificate);
  const document = lazy(() => openApiDocument(app));
  const addresses = lazy(() => new Addresses(document()));
  app.useGlobalFilters(new ProblemFilter((address) => addresses().methodsOf(address)));
  serveOpenApi(app, document);
}

/** What is made when it is first asked for: the routes of an application are known only after its start. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Tells clients of a service that stops not to come back on the same connection. */
function lastAnswers(drain: Drain): RequestHandler {
  return (_request, response, next) => {
    if (drain.hasBegun) response.setHeader('Connection', 'close');
    next();
  };
}

/** Hands a new certificate to the server that listens, and tells when it ends. */
function showChanged(app: NestExpressApplication, certificate: ServerCertificate): void {
  const server = serverOf(app);
  if (!('setSecureContext' in server)) throw new Error('for TLS the application has to be created with httpsOptions');
  certificate.onChange((next) => server.setSecureContext(tlsOptions(next)));
  app.get(CertificateEnd, { strict: false }).follow(certificate);
}

function serverOf(app: NestExpressApplication): HttpServer | HttpsServer {
  const server: unknown = app.getHttpServer();
  if (server instanceof HttpServer || server instanceof HttpsServer) return server;
  throw new Error('the application does not speak HTTP');
}

/** Swagger UI sets styles in place and shows images of its own as data. With TLS browsers are told to keep to it. */
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
