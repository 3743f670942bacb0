import { describeStartError, start } from './start.ts';

try {
  await start();
} catch (error) {
  // After the log, which is written asynchronously: people look at the last line.
  process.once('exit', () => process.stderr.write(`workflow-execution cannot start: ${describeStartError(error)}\n`));
  process.exit(1);
}
