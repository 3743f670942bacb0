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

/** How often the service looks at everything again, and at its locks too. */
const resyncSeconds = 5;
/** Within how many seconds a lock is collected: some resyncs, and a change of leaders. */
const collectionSeconds = 40;
/** Within how many seconds a leader restores the lock of a running execution: milliseconds, but for a machine that is busy. */
const restorationSeconds = 5;
/** Milliseconds that the replicas get to start, the first time. */
const startMs = 90_000;

/** Who takes part in a chaos run: the replicas, who submits, who does the tasks, who watches. */
export interface Fixture {
  readonly historyFile: string;
  readonly replicas: readonly Replica[];
  readonly submitter: Submitter;
  readonly admin: InterferingAdmin;
  /** Why no pod runs; undefined when pods run. */
  readonly noPods: string | undefined;
  /** Resolves when everything is recorded that had happened when it was called. */
  caughtUp(): Promise<void>;
  /**
   * Ends everything; what was recorded is in the file then.
   *
   * @throws HistoryError when the history is not whole
   */
  close(): Promise<void>;
}

/** What a fixture tells while it is open. */
export interface FixtureListeners {
  readonly onChange: (change: Change) => void;
  /** Something that the chaos run needs has failed: what it shows is worth nothing. */
  readonly onError: (error: unknown) => void;
}

/**
 * Brings up everything that a chaos run needs on a cluster. Both replicas are ready when it resolves.
 *
 * @throws Error when the cluster is none for a chaos run, or a replica does not start
 */
export async function openFixture(options: ChaosOptions, listeners: FixtureListeners): Promise<Fixture> {
  const { directory, registry } = options.cluster;
  const record = readRecord(directory);
  if (record === undefined || registry === undefined)
    throw new Error('A chaos run needs an embedded cluster with Tekton');
  const namespaces = namesOf(options);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Every call that is tried again waits on it.
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
      admin: observation.neighbour,
      noPods: record.pods.available ? undefined : record.pods.reason,
      caughtUp: () => observation.feed.caughtUp(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Lets everybody see every change: who records, who does the tasks, and who breaks the lock if somebody is to. */
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
  const waiting = new WaitController(api, onError);
  const neighbour = new InterferingAdmin(api, [...executions, service], signal);
  const breaker = brokenLock === true ? new LockBreaker(api, onError) : undefined;
  feed.onChange((change) => {
    const recorded = recorder.record(change);
    if (recorded !== undefined) onChange(recorded);
    // another chaos run on the cluster does the tasks of its own.
    if (executions.includes(change.namespace)) waiting.observe(change);
    neighbour.observe(change);
    breaker?.observe(change);
  });
  const close = async () => {
    waiting.stop();
    await feed.stop().finally(() => recorder.close());
  };
  return { feed, historyFile, neighbour, close };
}

/** In one repository: by that, and by its id, the service knows a workflow that cools down. */
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
    // Beside others, a claim of its own to the executions that it watches.
    ...(options.shared === true ? { WFE_CLUSTER_LEASE_NAMESPACE: service } : {}),
    // One submitter stands for many callers.
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
  const patience = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
  const over = new Promise<never>((_resolve, reject) => {
    patience.addEventListener('abort', () => reject(new Error('The replicas have not started')), { once: true });
  });
  await Promise.race([Promise.all(replicas.map((replica) => replica.up())), over]);
}
