// Injects production failures: `npm run drill`. See docs/drills.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/errors.ts';
import { startCluster } from '../cluster/index.ts';
import { buildProduct } from '../support/build.ts';
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { applyProduct } from '../support/product.ts';
import { drills } from './drills/catalogue.ts';
import type { Drill } from './drill.ts';
import { isKept, reportOf } from './report.ts';
import { runDrill } from './run-drill.ts';
import { fullSize, quickSize } from './size.ts';

const usage = `usage: npm run drill -- [NAME...] [--quick] [--results DIRECTORY]

${drills.map(({ name, description }) => `  ${name.padEnd(20)} ${description}`).join('\n')}

  --quick              drills of half a minute, which test mostly the drills themselves
  --results DIRECTORY  directory of figures and logs; default: drill-results

Without a NAME all drills run, one after the other.`;

const root = join(import.meta.dirname, '..', '..');

await runLongCommand(main);

async function main({ argv, log, signal }: LongCommand): Promise<void> {
  const { values, positionals } = readOptions(argv);
  const wanted = positionals.length === 0 ? drills : positionals.map(drillOf);
  const results = values.results ?? join(root, 'drill-results');
  const size = values.quick ? quickSize : fullSize;
  await buildProduct({ progress: log, signal });
  const cluster = await startCluster({ level: 'tekton', ignoreKubeconfig: true, progress: log, signal });
  try {
    await applyProduct(cluster);
    for (const drill of wanted) {
      log(`${drill.name}: ${drill.description}`);
      const directory = join(results, drill.name);
      const result = await runDrill(drill, { cluster, size, directory, log, signal });
      await store(results, drill.name, result);
      console.log(reportOf(result));
      if (!isKept(result)) process.exitCode = 1;
    }
  } finally {
    await cluster.stop();
  }
}

/** Writes the result with a description of the machine. */
async function store(directory: string, name: string, measured: object): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = { ...measured, cores: cpus().length, node: process.version };
  await writeFile(join(directory, `${name}.json`), `${JSON.stringify(file, undefined, 2)}\n`);
}

function readOptions(args: readonly string[]) {
  try {
    const options = { quick: { type: 'boolean', default: false }, results: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function drillOf(name: string): Drill {
  const drill = drills.find((one) => one.name === name);
  if (drill === undefined) throw new ClusterError(`There is no drill ${name}.\n\n${usage}`);
  return drill;
}
