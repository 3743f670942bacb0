import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

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
  return SwaggerModule.createDocument(app, config);
}

/** Serves the document at /openapi.json and Swagger UI, out of this process's own packages, at /docs. */
export function serveOpenApi(app: INestApplication, document: () => OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'WorkflowExecution API',
    swaggerOptions: {
      deepLinking: true,
      persistAuthorization: true,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
    },
  });
}
