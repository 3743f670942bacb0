// The fake data storage service as a program. See README.md.
import { parseArgs } from 'node:util';
import { startDataStorage } from './fake-data-storage.ts';

const usage = `usage: node test/data-storage/cli.ts --directory DIR [OPTION...]

  --directory DIR  where the rows are kept; rows that are there already are kept
  --port PORT      default: a free one
  --host HOST      default: 127.0.0.1
  --token TOKEN    an accepted token; may be repeated; default: all`;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const { directory, port, host, token = [] } = readOptions(args);
  const tokens = Object.fromEntries(token.map((one) => [one, 'allowed' as const]));
  const interrupted = firstInterrupt();
  const fake = await startDataStorage({ directory, port, host, tokens });
  console.log(`The fake data storage service listens on ${fake.url} and keeps its rows in ${directory}.`);
  await interrupted;
  await fake.stop();
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { directory: text, port: text, host: text, token: { type: 'string', multiple: true } } as const;
  const { directory, port = '0', ...others } = parsed(() => parseArgs({ args: [...args], options }).values);
  if (directory === undefined) throw new Error(`--directory is missing\n\n${usage}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port is '${port}' but must be from 0 to 65535\n\n${usage}`);
  return { ...others, directory, port: Number(port) };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
}

function firstInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
