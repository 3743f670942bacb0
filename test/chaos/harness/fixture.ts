import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { readRecord } from '../../cluster/record.ts';
import type { ClusterRecord } from '../../cluster/record.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import type { Change } from '../history/change.ts';
import { Feed } from '../observer/feed.ts';
import { Recorder } from '../observer/recorder.ts';
import { replicaCount } from '../plan/plan.ts';
import type { ChaosOptions } from '../chaos.ts';
import { LockBreaker } from './lock-breaker.ts';
import { createNamespaces, createSubmitter, namesOf } from './namespaces.ts';
import type { ChaosNamespaces } from './namespaces.ts';
import { InterferingAdmin } from './interfering-admin.ts';
import { RetryingApi } from './retrying-api.ts';
import { Replica } from './replica.ts';
import { Submitter } from './submit.ts';
import { WaitController } from './wait-controller.ts';
import { podWorkflow, waitWorkflow } from './wait-workflow.ts';

/** The service's resync and lock collection interval. */
const resyncSeconds = 5;
/** Seconds until a lock is collected: several resyncs and a leader change. */
const collectionSeconds = 40;
/** Seconds until a leader restores the lock of a running execution: milliseconds, unless the machine is busy. */
const restorationSeconds = 5;
/** Timeout for the first start of the replicas. */
const startMs = 90_000;

/** The participants of a chaos run: replicas, submitter, task controller and observer. */
export interface Fixture {
  readonly historyFile: string;
  readonly replicas: readonly Replica[];
  readonly submitter: Submitter;
  readonly admin: InterferingAdmin;
  /** Why no pod runs; undefined when pods run. */
  readonly noPods: string | undefined;
  /** Resolves when everything up to this call is recorded. */
  caughtUp(): Promise<void>;
  /**
   * Stops everything and completes the file.
   *
   * @throws HistoryError if the history is incomplete
   */
  close(): Promise<void>;
}

/** Callbacks of a fixture. */
export interface FixtureListeners {
  readonly onChange: (change: Change) => void;
  /** The infrastructure of the chaos run failed, which invalidates its result. */
  readonly onError: (error: unknown) => void;
}

/**
 * Starts everything that a chaos run needs on a cluster; both replicas are ready when it resolves.
 *
 * @throws Error if the cluster is unsuitable or a replica does not start
 */
export async function openFixture(options: ChaosOptions, listeners: FixtureListeners): Promise<Fixture> {
  const { directory, registry } = options.cluster;
  const record = readRecord(directory);
  if (record === undefined || registry === undefined) throw new Error('A chaos run needs a local cluster with Tekton');
  const namespaces = namesOf(options);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Each retried call adds a listener.
  setMaxListeners(0, signal);
  const api = new RetryingApi(record, signal);
  const observation = observe(options, record, { api, signal }, namespaces, listeners);
  const replicas: Replica[] = [];
  const close = async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    stop.abort();
    api.close();
    await observation.close();
  };
  try {
    await observation.feed.start();
    await createNamespaces(api, namespaces);
    const images = await publishWorkflows(registry, record);
    replicas.push(...(await makeReplicas(options, namespaces)));
    await allUp(replicas, signal);
    const token = await createSubmitter(api, namespaces);
    const submission = { api, replicas, namespaces: namespaces.executions, images, token, signal };
    return {
      historyFile: observation.historyFile,
      replicas,
      submitter: new Submitter(submission),
      admin: observation.admin,
      noPods: record.pods.available ? undefined : record.pods.reason,
      caughtUp: () => observation.feed.caughtUp(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Distributes each change to the recorder, the task controller and, if configured, the lock breaker. */
function observe(
  { directory, size, brokenLock }: ChaosOptions,
  record: ClusterRecord,
  { api, signal }: { readonly api: RetryingApi; readonly signal: AbortSignal },
  { service, executions }: ChaosNamespaces,
  { onChange, onError }: FixtureListeners,
) {
  const feed = new Feed(`http://127.0.0.1:${record.ports.etcd}`);
  const historyFile = join(directory, 'history.jsonl');
  const { seed, cooldownSeconds, leaseSeconds: leaderLeaseSeconds } = size;
  const premises = {
    seed,
    lockNamespace: service,
    cooldownSeconds,
    collectionSeconds,
    leaderLeaseSeconds,
    restorationSeconds,
  };
  const recorder = new Recorder(historyFile, premises, executions);
  const waitController = new WaitController(api, onError);
  const admin = new InterferingAdmin(api, [...executions, service], signal);
  const breaker = brokenLock === true ? new LockBreaker(api, onError) : undefined;
  feed.onChange((change) => {
    const recorded = recorder.record(change);
    if (recorded !== undefined) onChange(recorded);
    // Another chaos run on the cluster handles its own tasks.
    if (executions.includes(change.namespace)) waitController.observe(change);
    admin.observe(change);
    breaker?.observe(change);
  });
  const close = async () => {
    waitController.stop();
    await feed.stop().finally(() => recorder.close());
  };
  return { feed, historyFile, admin, close };
}

/** In one repository: together with the id it identifies the workflow for the cooldown. */
async function publishWorkflows(registry: string, { pods }: ClusterRecord) {
  const publisher = publisherFor({ registry });
  const wait = await publishWorkflow(publisher, 'chaos:1', waitWorkflow);
  return { wait, pod: pods.available ? await publishWorkflow(publisher, 'chaos:pod', podWorkflow) : undefined };
}

async function makeReplicas(options: ChaosOptions, { service, executions }: ChaosNamespaces): Promise<Replica[]> {
  const { cluster, directory, size, log } = options;
  const kubeconfig = await serviceKubeconfig(cluster, directory);
  const settings = {
    WFE_COOLDOWN: `${size.cooldownSeconds}s`,
    WFE_LEADER_LEASE: `${size.leaseSeconds}s`,
    WFE_RESYNC: `${resyncSeconds}s`,
    WFE_NAMESPACE: service,
    // On a shared cluster, a separate claim to the watched executions.
    ...(options.shared === true ? { WFE_CLUSTER_LEASE_NAMESPACE: service } : {}),
    // One submitter represents many callers.
    WFE_RATE_LIMIT: '0',
    ...(options.shared === true ? { WFE_WATCH_NAMESPACES: executions.join(',') } : {}),
    ...options.settings,
  };
  return Array.from({ length: replicaCount }, (_, number) => {
    const logFile = join(directory, `replica-${number}.log`);
    return new Replica({ number, kubeconfig, logFile, settings, product: options.product, log });
  });
}

async function allUp(replicas: readonly Replica[], signal: AbortSignal): Promise<void> {
  const startSignal = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  const over = new Promise<never>((_resolve, reject) => {
    startSignal.addEventListener('abort', () => reject(new Error('The replicas have not started')), { once: true });
  });
  await Promise.race([Promise.all(replicas.map((replica) => replica.up())), over]);
}
