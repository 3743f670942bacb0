// Runs one workflow and prints the result. See README.md.
import { parseArgs } from 'node:util';
import { Phase } from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { connect } from './client.ts';
import { remediate } from './remediate.ts';
import { isServiceError } from './retry.ts';

const { values: given } = parseArgs({
  options: {
    address: { type: 'string', default: '127.0.0.1:50051' },
    'token-file': { type: 'string', default: '/var/run/secrets/workflow-execution/token' },
    'ca-file': { type: 'string' },
    namespace: { type: 'string', default: 'default' },
    'request-id': { type: 'string' },
    bundle: { type: 'string' },
    target: { type: 'string' },
  },
});
const { 'request-id': requestId, bundle, target } = given;
if (requestId === undefined || bundle === undefined || target === undefined) {
  console.error('--request-id, --bundle and --target are required; see README.md');
  process.exit(64);
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

function nameOf(phase: Phase | undefined): string {
  return Object.entries(Phase).find(([, value]) => value === phase)?.[0] ?? 'PHASE_PENDING';
}
