import { compileOnImport } from './compile-on-import.ts';

/** docs/openapi.json, from the controllers and their DTOs, without a cluster. */
export async function generateOpenApi(): Promise<string> {
  compileOnImport();
  await import('reflect-metadata');
  const { NestFactory } = await import('@nestjs/core');
  const { openApiDocument } = await import('../../src/api/rest/openapi.ts');
  // A preview has the routes of an application without creating its providers.
  const app = await NestFactory.create(await application(), { preview: true, logger: ['error', 'fatal'] });
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
}

async function application() {
  const { ConfigModule } = await import('../../src/config/config.module.ts');
  const { loadConfig } = await import('../../src/config/config.ts');
  const { ApiModule } = await import('../../src/api/api.module.ts');
  const { KubernetesModule } = await import('../../src/kubernetes/kubernetes.module.ts');
  const { workflowExecutionResource } = await import('../../src/workflow-execution/resource.ts');
  const imports = [
    ConfigModule.forRoot(loadConfig({})),
    KubernetesModule.forRoot(),
    KubernetesModule.forResources([workflowExecutionResource]),
    ApiModule,
  ];
  return { module: class Documented {}, imports };
}
