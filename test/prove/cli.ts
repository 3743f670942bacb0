// The long proofs, one after the other: `npm run prove [-- NAME...]`. `--list` lists them.
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster/errors.ts';
import { buildProduct } from '../support/build.ts';
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { startTestEnvironment } from '../support/test-environment.ts';
import { proofs, type Proof } from './proofs.ts';
import { runProof, type ProofResult } from './run-proof.ts';
import { jsonOf, listOf, tableOf } from './summary.ts';

await runLongCommand(main);

async function main({ argv, progress, signal }: LongCommand): Promise<void> {
  const started = performance.now();
  const { list, names } = readOptions(argv);
  if (list) return console.log(listOf(proofs));
  const wanted = select(names);
  const results: ProofResult[] = [];
  const run = async (proof: Proof, variables: Readonly<Record<string, string>>): Promise<void> => {
    const position = `${results.length + 1}/${wanted.length}`;
    results.push(await runProof(proof, { variables, position, progress, signal }));
  };
  const shared = wanted.filter(isOnSharedCluster);
  if (shared.length > 0) await onSharedCluster(shared, { progress, signal }, run);
  else await buildProduct({ progress, signal });
  for (const proof of wanted) if (!isOnSharedCluster(proof)) await run(proof, {});
  console.log(tableOf(results));
  console.log(jsonOf(results, Math.round((performance.now() - started) / 1000)));
  if (results.some(({ result }) => result === 'failed')) process.exitCode = 1;
}

/** Runs proofs on one cluster of the built product. */
async function onSharedCluster(
  wanted: readonly Proof[],
  { progress, signal }: Pick<LongCommand, 'progress' | 'signal'>,
  run: (proof: Proof, variables: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const environment = await startTestEnvironment({ progress, signal });
  try {
    for (const proof of wanted) await run(proof, environment.variables);
  } finally {
    await environment.stop();
  }
}

function isOnSharedCluster({ cluster }: Proof): boolean {
  return cluster === 'shared';
}

function readOptions(args: readonly string[]): { readonly list: boolean; readonly names: readonly string[] } {
  try {
    const options = { list: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { list: values.list, names: positionals };
  } catch (error) {
    throw new ClusterError(error instanceof Error ? error.message : String(error));
  }
}

/** The proofs with these names, in the order of the catalogue; by default all but those that run only by name. */
function select(names: readonly string[]): readonly Proof[] {
  const unknown = names.filter((name) => !proofs.some((proof) => proof.name === name));
  if (unknown.length > 0) throw new ClusterError(`There is no proof ${unknown.join(', ')}.\n\n${listOf(proofs)}`);
  return names.length === 0
    ? proofs.filter(({ onlyByName }) => onlyByName !== true)
    : proofs.filter(({ name }) => names.includes(name));
}
