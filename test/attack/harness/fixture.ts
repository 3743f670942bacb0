import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { leaderLeaseName } from '../../../src/reconciler/installation.ts';
import { pushBundle } from '../../cluster/images.ts';
import type { Cluster } from '../../cluster/index.ts';
import { at } from '../../cluster/json.ts';
import { textAt } from '../../chaos/history/json.ts';
import { readRecord } from '../../cluster/record.ts';
import { Connections, type Endpoint } from '../../drill/client/connections.ts';
import { Certificates } from '../../drill/harness/certificates.ts';
import { holdsWithin } from '../../support/until.ts';
import { allocatorOfImage } from '../../image/allocator.ts';
import { skippingWorkflow } from '../../integration/reconciler/workflows.ts';
import { createCaller, createOperator, createNamespaces, createSubmitter } from '../../chaos/harness/namespaces.ts';
import { RetryingApi } from '../../chaos/harness/retrying-api.ts';
import { serviceKubeconfig, systemNamespace } from '../../support/service-account.ts';
import type { AttackTarget } from '../attackers/attack.ts';
import { startLimited, type AttackedProcess } from './processes.ts';

/** Distribution of the roles over processes. */
export type Roles = 'two processes' | 'one process';

/** The attacked service and its legitimate users. */
export interface Fixture {
  readonly processes: readonly AttackedProcess[];
  readonly target: AttackTarget;
  readonly api: RetryingApi;
  /** Connections of the legitimate client. */
  readonly connections: Connections;
  readonly endpoint: Endpoint;
  readonly namespace: string;
  /** Bundle of a workflow that completes without a pod. */
  readonly image: string;
  /** The current leader Lease. */
  lease(): Promise<{ readonly holder: string; readonly transitions: number }>;
  close(): Promise<void>;
}

/** Options of a fixture. */
export interface FixtureOptions {
  readonly roles: Roles;
  /** A local cluster with Tekton and the product's manifests. */
  readonly cluster: Cluster;
  /** Emptied first. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Timeout for the controller to lead, in milliseconds. */
const leaderMs = 60_000;
/** Large executions in the attacker's namespace, which make lists expensive. */
const largeExecutions: LargeExecutions = { count: 12, annotationBytes: 200_000 };
const executions = '/apis/workflowexecution.kubernaut.ai/v1alpha1';

/**
 * Starts the service with TLS, authentication, and the shipped permissions and memory limit.
 *
 * @throws Error if the cluster is unsuitable or a process does not start
 */
export async function openFixture({ roles, cluster, directory, signal }: FixtureOptions): Promise<Fixture> {
  const record = readRecord(cluster.directory);
  if (record === undefined || cluster.registry === undefined) throw new Error('An attack needs a cluster with Tekton');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const api = new RetryingApi(record, signal);
  const suffix = roles === 'two processes' ? 'two' : 'one';
  const [namespace, attacked] = [`good-${suffix}`, `attacked-${suffix}`];
  await createNamespaces(api, { executions: [namespace, attacked], service: systemNamespace });
  const token = await createSubmitter(api, { executions: [namespace], service: systemNamespace });
  const attackerToken = await createSubmitter(api, { executions: [attacked], service: systemNamespace });
  const strangers: string[] = [];
  for (let number = 0; number < 4; number++) strangers.push(await createCaller(api, attacked, `stranger-${number}`));
  const others: string[] = [];
  for (let number = 0; number < 24; number++) others.push(await createOperator(api, attacked, `other-${number}`));
  await createLarge(api, attacked, largeExecutions);
  const { ref: image } = await pushBundle(cluster.registry, `workflows/attack-${suffix}:1`, {
    pipelineName: 'workflow',
    yaml: skippingWorkflow,
  });
  const certificates = new Certificates(join(directory, 'certificates'));
  await certificates.create();
  const allocator = await allocatorOfImage(undefined, signal);
  const processes: AttackedProcess[] = [];
  const connections = new Connections({ token, ca: certificates.ca, channel: {} });
  const close = async () => {
    await connections.close();
    await Promise.all(processes.map((one) => one.stop()));
    api.close();
  };
  try {
    const names = roles === 'two processes' ? (['api', 'controller'] as const) : (['both'] as const);
    for (const name of names) {
      const kubeconfig = await serviceKubeconfig(cluster, directory, name);
      const role = { WFE_ROLES: name === 'both' ? 'api,controller' : name };
      // The legitimate client validates only, and is timed: it must not wait for Tekton.
      const settings = { ...role, ...certificates.settings, ...allocator, WFE_PREFLIGHT_TIMEOUT: '0s' };
      processes.push(await startLimited(name, { kubeconfig, settings }));
    }
    const lease = () => leaderOf(api);
    await holdsWithin(leaderMs, async () => (await lease()).holder !== '', signal);
    const [first] = processes;
    if (first === undefined) throw new Error('no process was started');
    const { http, grpc } = first.service;
    const operations = processes.flatMap(({ service }) => [portOf(service.health), portOf(service.metrics)]);
    const target = {
      ports: { http: portOf(http), grpc: portOf(grpc), operations },
      token: attackerToken,
      strangers,
      others,
      namespace: attacked,
    };
    return { processes, target, api, connections, endpoint: { http, grpc }, namespace, image, lease, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Executions that complete by themselves. */
export interface LargeExecutions {
  readonly count: number;
  /** Size of each one's annotation. */
  readonly annotationBytes: number;
}

/** Creates executions named large-0 and so on. */
export async function createLarge(
  api: RetryingApi,
  namespace: string,
  { count, annotationBytes }: LargeExecutions,
): Promise<void> {
  const annotations = { bulk: 'x'.repeat(annotationBytes) };
  for (let number = 0; number < count; number++) {
    const body = {
      apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
      kind: 'WorkflowExecution',
      metadata: { name: `large-${number}`, annotations },
      spec: {
        remediationRequestRef: { name: 'attack' },
        workflowRef: { workflowId: 'attack', version: '1.0.0', containerImage: 'quay.io/attack/attack:1' },
        targetResource: `${namespace}/configmap/large-${number}`,
        cancelRequested: true,
      },
    };
    await api.call('POST', `${executions}/namespaces/${namespace}/workflowexecutions`, body);
  }
}

async function leaderOf(api: RetryingApi): Promise<{ holder: string; transitions: number }> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${systemNamespace}/leases/${leaderLeaseName}`;
  const { body } = await api.call('GET', path);
  return {
    holder: textAt(body, 'spec', 'holderIdentity') ?? '',
    transitions: Number(at(body, 'spec', 'leaseTransitions') ?? 0),
  };
}

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}
