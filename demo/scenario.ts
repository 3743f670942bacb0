import type { Cluster } from '../test/cluster/index.ts';
import { kubectl } from '../test/support/product.ts';
import type { ServiceProcess } from '../test/support/service.ts';
import { callers, deployment, tokenOf } from './people.ts';
import { submitByGrpc, submitByKubectl, submitByRest, type Submission } from './submit.ts';
import { followPhases, type Row } from './view.ts';

/** The workflows of the demo, by the references of their bundles. */
export interface Workflows {
  /** Says what it would do. */
  readonly sample: string;
  /** Restarts a Deployment. */
  readonly restart: string;
}

/** Where the demo runs. */
export interface Demo {
  readonly cluster: Cluster;
  readonly service: ServiceProcess;
  readonly namespace: string;
  readonly workflows: Workflows;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The phase in which each execution of the demo ends. */
export const expectedPhases: Readonly<Record<string, Row['phase']>> = {
  'from-program': 'Completed',
  'from-gitops': 'Completed',
  'restart-web': 'Completed',
  'restart-missing': 'Failed',
  'restart-web-again': 'Skipped',
};

/** Submits the executions of the demo in every way, and follows them to their ends. */
export async function runScenario(demo: Demo): Promise<Row[]> {
  const { cluster, service, namespace, workflows, log } = demo;
  const person = await tokenOf(cluster, namespace, callers.person);
  const program = await tokenOf(cluster, namespace, callers.program);
  const sample = (name: string, message: string): Submission => ({
    ...{ namespace, name, image: workflows.sample, message },
    target: `${namespace}/deployment/${name.replace('from-', '')}`,
  });
  const restart = (name: string, what: string): Submission => ({
    ...{ namespace, name, image: workflows.restart, serviceAccountName: 'restart' },
    target: `${namespace}/deployment/${what}`,
  });
  log(
    `${callers.program} submits an execution over gRPC, GitOps one with kubectl apply, and ${callers.person} two over`,
  );
  log(`REST: one restarts the Deployment ${deployment}, the other one a Deployment that does not exist.`);
  const first = follow(demo, ['from-program', 'from-gitops', 'restart-web', 'restart-missing']);
  await submitByGrpc(service.grpc, program, sample('from-program', 'Hello from RemediationOrchestrator, over gRPC'));
  await submitByKubectl(cluster, sample('from-gitops', 'Hello from GitOps, with kubectl apply'));
  await submitByRest(service.http, person, restart('restart-web', deployment));
  await submitByRest(service.http, person, restart('restart-missing', 'missing'));
  const ended = await first;
  log(`${callers.person} restarts ${deployment} again, within the cooldown:`);
  const second = follow(demo, ['restart-web-again']);
  await submitByRest(service.http, person, restart('restart-web-again', deployment));
  const rows = [...ended, ...(await second)];
  for (const row of rows) await showLog(demo, person, row);
  return rows;
}

function follow({ cluster, namespace, log, signal }: Demo, names: readonly string[]): Promise<Row[]> {
  return followPhases(cluster, namespace, names, log, signal);
}

/** How many of the last lines of a log are shown. */
const shownLines = 3;

/** Shows the end of an execution's log, as the API returns it, and why it failed. */
async function showLog({ service, namespace, log }: Demo, token: string, row: Row): Promise<void> {
  const { name, phase, message } = row;
  if (phase === 'Skipped') return log(`${name} was never run: ${message}`);
  const url = `http://${service.http}/api/v1/namespaces/${namespace}/workflowexecutions/${name}/log`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url} returned ${response.status}: ${text}`);
  log(phase === 'Failed' ? `${name} failed: ${message}. The end of its log:` : `The end of the log of ${name}:`);
  for (const line of text.trimEnd().split('\n').slice(-shownLines)) log(`  ${line}`);
}

const columns = [
  ...['NAME:.metadata.name', 'PHASE:.status.phase', 'REASON:.status.conditions[?(@.type=="Ready")].reason'],
  'CREATED-BY:.metadata.annotations.workflowexecution\\.kubernaut\\.ai/created-by',
].join(',');

/** Shows the outcome of each execution, and who created it: those of kubectl are named from Kubernetes 1.36 on. */
export async function showOutcomes({ cluster, namespace, log }: Demo): Promise<void> {
  log('Outcomes, and who asked:');
  const table = await kubectl(cluster, 'get', 'wfe', '-n', namespace, '-o', `custom-columns=${columns}`);
  log(table.trimEnd().replace(/^/gm, '  '));
}
