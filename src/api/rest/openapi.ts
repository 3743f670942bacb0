import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Request, RequestHandler, Response } from 'express';
import { recordOf } from '../../kubernetes/json.ts';
import { ApiError } from '../errors/api-error.ts';

/** The OpenAPI document of the REST API. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('WorkflowExecution')
    .setVersion('v1')
    .setDescription(
      'Runs remediation workflows: each execution is one run of one workflow against one target resource. ' +
        'Errors are application/problem+json (RFC 9457). Fields and parameters that are not described here are refused.',
    )
    .addTag('Workflow executions', 'Create, read, list, cancel and delete executions.')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description:
        'A token of the cluster for this service: `kubectl create token NAME --audience workflow-execution`.',
    })
    .build();
  return closeRequests(SwaggerModule.createDocument(app, config));
}

/** Closes the schemas of request bodies: unknown fields are refused. */
function closeRequests(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const operations = Object.values(document.paths).flatMap((item) => Object.values(recordOf(item)).map(recordOf));
  const bodies = operations.map((operation) => operation['requestBody']);
  for (const name of reachable(schemas, bodies)) Object.assign(schemas[name] ?? {}, { additionalProperties: false });
  return document;
}

/** The names of the schemas that a part of the document references, directly or indirectly. */
function reachable(schemas: Readonly<Record<string, unknown>>, part: unknown, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(schemas, schemas[name], found);
  }
  return found;
}

/** Serves the document at /openapi.json and Swagger UI at /docs, both without authentication. The document is made once. */
export function serveOpenApi(app: INestApplication, document: () => OpenAPIObject): void {
  let bytes: Buffer | undefined;
  app.getHttpAdapter().get('/openapi.json', (_request: Request, response: Response) => {
    bytes ??= Buffer.from(JSON.stringify(document()));
    response.type('application/json').end(bytes);
  });
  app.use('/docs', swaggerFiles);
  SwaggerModule.setup('docs', app, emptyDocument, {
    raw: false,
    swaggerUrl: '/openapi.json',
    customSiteTitle: 'WorkflowExecution API',
    swaggerOptions: {
      deepLinking: true,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
    },
  });
}

/** Swagger UI loads the document instead of embedding it in its page. */
const emptyDocument: OpenAPIObject = Object.assign(
  { ...new DocumentBuilder().build(), paths: {} },
  { toJSON: () => undefined },
);

/** The files of Swagger UI that its page loads, and the page itself. */
const swaggerPath =
  /^(\/docs)?\/?(index\.(html|css)|swagger-ui\.css|swagger-ui(-bundle|-standalone-preset|-init)\.js|favicon-(16x16|32x32)\.png)?$/;

/** Refuses other files of Swagger UI's package, such as source maps and its package.json. */
const swaggerFiles: RequestHandler = ({ path, method, originalUrl }, _response, next) => {
  next(swaggerPath.test(path) ? undefined : new ApiError('RouteNotFound', `Cannot ${method} ${originalUrl}`));
};

const httpMethods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The addresses of {@link serveOpenApi}. */
const documentation = { pattern: /^\/(openapi\.json|docs\/?)$/, methods: ['GET'] };

/** Returns the methods of an address by the OpenAPI document: `GET`, `POST`; none if there is no such address. */
export function allowedMethods({ paths }: Pick<OpenAPIObject, 'paths'>): (address: string) => readonly string[] {
  const routes = Object.entries(paths).map(([path, item]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
    methods: httpMethods.filter((method) => method in item).map((method) => method.toUpperCase()),
  }));
  return (address) => {
    const [path = ''] = address.split('?');
    return [...routes, documentation].find(({ pattern }) => pattern.test(path))?.methods ?? [];
  };
}
