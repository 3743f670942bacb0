import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
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

/** Serves the document at /openapi.json and Swagger UI, out of this process's own packages, at /docs. */
export function serveOpenApi(app: INestApplication, document: () => OpenAPIObject): void {
  app.use('/docs', swaggerFiles);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
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
