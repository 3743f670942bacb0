import { withoutGeneratedApi } from './kubernetes/without-generated-api.ts';

// Before anything is loaded that loads it.
withoutGeneratedApi();
const { sentenceFor, start } = await import('./start.ts');
try {
  await start();
} catch (error) {
  process.stderr.write(`workflow-execution can not start: ${sentenceFor(error)}\n`);
  process.exit(1);
}
