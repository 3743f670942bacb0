// Runs one workflow and prints the result. See README.md.
import { parseArgs } from 'node:util';
import { Phase } from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { connect } from './client.ts';
import { remediate } from './remediate.ts';
import { isServiceError } from './retry.ts';

const usage = `usage: node examples/remediation-orchestrator/main.ts --request-id ID --bundle REFERENCE --target TARGET
         [--namespace NAMESPACE] [--address HOST:PORT] [--token-file FILE] [--ca-file FILE]`;

const given = readOptions();
if (given.help) {
  console.log(usage);
  process.exit();
}
const { 'request-id': requestId, bundle, target } = given;
if (requestId === undefined || bundle === undefined || target === undefined) {
  exitWithUsage('--request-id, --bundle and --target are required');
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

const client = await connect({
  address: given.address,
  tokenFile: given['token-file'],
  caFile: given['ca-file'],
});
try {
  const execution = await remediate(
    client,
    {
      namespace: given.namespace,
      requestId,
      spec: {
        remediationRequestRef: { name: requestId },
        workflowRef: { workflowId: 'example', version: '1.0.0', containerImage: bundle },
        targetResource: target,
      },
    },
    ({ name, status }) => console.error(`${name}: ${nameOf(status?.phase)}`),
    interrupted.signal,
  );
  const { name, uid, status } = execution;
  console.log(JSON.stringify({ name, uid, ...status, phase: nameOf(status?.phase) }, undefined, 2));
  // The outcome decides what to do next: notify a human, try another workflow, or finish.
  process.exitCode = execution.status?.phase === Phase.PHASE_COMPLETED ? 0 : 2;
} catch (error) {
  console.error(isServiceError(error) ? error.details : error);
  process.exitCode = 1;
} finally {
  client.close();
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        address: { type: 'string', default: '127.0.0.1:50051' },
        'token-file': { type: 'string', default: '/var/run/secrets/workflow-execution/token' },
        'ca-file': { type: 'string' },
        namespace: { type: 'string', default: 'default' },
        'request-id': { type: 'string' },
        bundle: { type: 'string' },
        target: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    return exitWithUsage(error instanceof Error ? error.message : String(error));
  }
}

function exitWithUsage(mistake: string): never {
  console.error(`${mistake}\n${usage}`);
  process.exit(64);
}

function nameOf(phase: Phase | undefined): string {
  return Object.entries(Phase).find(([, value]) => value === phase)?.[0] ?? 'PHASE_PENDING';
}
