import { join } from 'node:path';
import { pushBundle } from '../../cluster/images.ts';
import { readRecord } from '../../cluster/record.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import type { Change } from '../history/change.ts';
import { Feed } from '../observer/feed.ts';
import { Recorder } from '../observer/recorder.ts';
import { replicaCount } from '../plan/plan.ts';
import type { StormOptions } from '../storm.ts';
import { LockBreaker } from './lock-breaker.ts';
import { PersistentApi } from './persistent-api.ts';
import { Replica } from './replica.ts';
import { Submitter } from './submit.ts';
import { WaitController } from './wait-controller.ts';
import { waitWorkflow } from './wait-workflow.ts';

/** Where the manifests of the product put the service, and where it keeps its locks. */
const lockNamespace = 'kubernaut-system';

/** How often the service looks at everything again; also how long a lock may need to be collected. */
const resync = '5s';

/** Who takes part in a storm: the replicas, who submits, who does the tasks, who watches. */
export interface Stage {
  readonly historyFile: string;
  readonly replicas: readonly Replica[];
  readonly submitter: Submitter;
  /** How many changes have been recorded. */
  readonly recorded: () => number;
  /** Resolves when everything is recorded that had happened when it was called. */
  caughtUp(): Promise<void>;
  /**
   * Ends everything; what was recorded is in the file then.
   *
   * @throws HistoryError when the history is not whole
   */
  close(): Promise<void>;
}

/** What a stage tells while it is open. */
export interface StageListeners {
  readonly onChange: (change: Change) => void;
  /** Something that the storm needs has failed: what it shows is worth nothing. */
  readonly onError: (error: unknown) => void;
}

/** Brings up everything that a storm needs on a cluster. Both replicas are ready when it resolves. */
export async function openStage(options: StormOptions, listeners: StageListeners): Promise<Stage> {
  const { cluster, size, signal } = options;
  const { seed, cooldownSeconds } = size;
  const record = readRecord(cluster.directory);
  if (record === undefined || cluster.registry === undefined)
    throw new Error('A storm needs an embedded cluster with Tekton');
  const namespaces = Array.from({ length: size.namespaces }, (_, index) => `storm-${seed}-${index + 1}`);
  const stop = new AbortController();
  const api = new PersistentApi(record, AbortSignal.any([signal, stop.signal]));
  const feed = new Feed(`http://127.0.0.1:${record.ports.etcd}`);
  const historyFile = join(options.directory, 'history.jsonl');
  const recorder = new Recorder(historyFile, { seed, lockNamespace, cooldownSeconds }, namespaces);
  const waiting = new WaitController(api, listeners.onError);
  const breaker = options.brokenLock === true ? new LockBreaker(api, listeners.onError) : undefined;
  feed.onChange((change) => {
    const recorded = recorder.record(change);
    if (recorded !== undefined) listeners.onChange(recorded);
    waiting.see(change);
    breaker?.see(change);
  });
  const replicas: Replica[] = [];
  const close = async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    stop.abort();
    waiting.stop();
    api.close();
    await feed.stop().finally(() => recorder.close());
  };
  try {
    await feed.start();
    await createNamespaces(api, namespaces);
    const { ref: image } = await pushBundle(cluster.registry, 'workflows/storm:1', {
      pipelineName: 'workflow',
      yaml: waitWorkflow,
    });
    replicas.push(...(await startReplicas(options)));
    const submitter = new Submitter({ api, replicas, namespaces, image, token: record.token, signal });
    return {
      historyFile,
      replicas,
      submitter,
      recorded: () => recorder.changes,
      caughtUp: () => feed.caughtUp(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createNamespaces(api: PersistentApi, namespaces: readonly string[]): Promise<void> {
  for (const name of namespaces) {
    const { status, text } = await api.call('POST', '/api/v1/namespaces', { metadata: { name } });
    if (status !== 201)
      throw new Error(`The namespace ${name} could not be created, maybe by an earlier storm: ${text}`);
  }
}

async function startReplicas({ cluster, directory, size, settings, say }: StormOptions): Promise<Replica[]> {
  const kubeconfig = await serviceKubeconfig(cluster, directory);
  const ours = {
    WFE_COOLDOWN: `${size.cooldownSeconds}s`,
    WFE_LEADER_LEASE: `${size.leaseSeconds}s`,
    WFE_RESYNC: resync,
    ...settings,
  };
  const replicas = Array.from({ length: replicaCount }, (_, number) => {
    const logFile = join(directory, `replica-${number}.log`);
    return new Replica({ number, kubeconfig, logFile, settings: ours, say });
  });
  await Promise.all(replicas.map((replica) => replica.up()));
  return replicas;
}
