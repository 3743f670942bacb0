import { pipeline, Readable } from 'node:stream';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { recordOf } from '../../kubernetes/json.ts';
import { swaggerFiles } from './swagger-files.ts';

/** The OpenAPI document of everything that REST offers. */
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

/** Says of every object in a request that it has no other fields than those described: they are refused. */
function closeRequests(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const operations = Object.values(document.paths).flatMap((item) => Object.values(recordOf(item)).map(recordOf));
  const bodies = operations.map((operation) => operation['requestBody']);
  for (const name of reachable(schemas, bodies)) Object.assign(schemas[name] ?? {}, { additionalProperties: false });
  return document;
}

/** The names of the schemas that a part of the document refers to, directly or through others. */
function reachable(schemas: Readonly<Record<string, unknown>>, part: unknown, found = new Set<string>()): Set<string> {
  for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(schemas, schemas[name], found);
  }
  return found;
}

/** How much of the document is written at once, in bytes: what a connection holds of it whose client does not read. */
const pieceBytes = 16 * 1024;

/**
 * Serves the document at /openapi.json and Swagger UI, out of this process's own packages, at /docs. Both are open to
 * everybody, so the document is made once.
 */
export function serveOpenApi(app: INestApplication, document: () => OpenAPIObject): void {
  let pieces: readonly Buffer[] | undefined;
  app.getHttpAdapter().get('/openapi.json', (_request: Request, response: Response) => {
    pieces ??= piecesOf(JSON.stringify(document()));
    pipeline(Readable.from(pieces), response.type('application/json'), () => undefined);
  });
  app.use('/docs', swaggerFiles);
  SwaggerModule.setup('docs', app, notInPage, {
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

/** Swagger UI loads the document instead of having it in its page. */
const notInPage: OpenAPIObject = Object.assign(
  { ...new DocumentBuilder().build(), paths: {} },
  { toJSON: () => undefined },
);

function piecesOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const starts = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) => index * pieceBytes);
  return starts.map((start) => bytes.subarray(start, start + pieceBytes));
}
