import { withoutGeneratedApi } from './kubernetes/without-generated-api.ts';

// Must run before client-node is imported.
withoutGeneratedApi();
const { describeStartError, start } = await import('./start.ts');
try {
  await start();
} catch (error) {
  process.stderr.write(`workflow-execution cannot start: ${describeStartError(error)}\n`);
  process.exit(1);
}
