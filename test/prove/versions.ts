// The end-to-end tests on the oldest and the newest supported versions of Kubernetes and Tekton: `npm run prove -- versions`.
// The argument `oldest` or `newest` selects one.
import { runLongCommand, type LongCommand } from '../support/long-command.ts';
import { startTestEnvironment } from '../support/test-environment.ts';
import { runProof, type ProofResult } from './run-proof.ts';
import { tableOf } from './summary.ts';
import { testedVersions, type TestedVersions } from './tested-versions.ts';

await runLongCommand(async (command) => {
  const results: ProofResult[] = [];
  const [only] = command.argv;
  const wanted = testedVersions.filter(({ name }) => only === undefined || only === name);
  for (const versions of wanted) results.push(await prove(versions, command));
  console.log(tableOf(results));
  if (results.some(({ result }) => result !== 'passed')) process.exitCode = 1;
});

async function prove(tried: TestedVersions, { progress, signal }: LongCommand): Promise<ProofResult> {
  const { name, kubernetes, tekton } = tried;
  progress(`The ${name} versions: Kubernetes ${kubernetes}, Tekton ${tekton}`);
  const environment = await startTestEnvironment({ versions: { kubernetes, tekton }, progress, signal });
  const proof = {
    name: `versions-${name}`,
    proves: `The end-to-end tests on Kubernetes ${kubernetes} and Tekton ${tekton}.`,
    run: { jest: ['test/e2e/execution', 'test/integration/crd', 'test/integration/reconciler/lifecycle'] },
  };
  const position = `${testedVersions.indexOf(tried) + 1}/${testedVersions.length}`;
  try {
    return await runProof(proof, { variables: environment.variables, position, progress, signal });
  } finally {
    await environment.stop();
  }
}
