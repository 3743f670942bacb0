import { describeStartError, start } from './start.ts';

try {
  await start();
} catch (error) {
  process.stderr.write(`workflow-execution cannot start: ${describeStartError(error)}\n`);
  process.exit(1);
}
