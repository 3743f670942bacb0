import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { Cluster } from '../cluster/index.ts';
import {
  checkTrail,
  putInFront,
  startDataStorage,
  type DataStorageDouble,
  type Violation,
} from '../data-storage/index.ts';
import { createNamespace } from '../integration/support/namespace.ts';
import { Replica } from '../chaos/harness/replica.ts';
import { Random } from '../chaos/plan/random.ts';
import { atOnce } from '../support/at-once.ts';
import { serviceKubeconfig } from '../support/service-account.ts';
import { Completer } from './fake-tekton.ts';
import { meddleWith, type Breakage } from './corruption.ts';
import { sampleMemory } from './memory.ts';
import { expectedOf, isKillDue, planRemediations, type PlannedExecution } from './plan.ts';
import { AuditStage, holderName } from './chaos-executions.ts';
import { chaosSettings, chaosFaults } from './fault-plan.ts';

/** What an audit storm runs on and how. */
export interface AuditChaosOptions {
  readonly executions: number;
  /** How often the service is ended by SIGKILL on the way. */
  readonly kills: number;
  readonly seed: number;
  /** A cluster with the product's manifests on which nobody else plays Tekton. */
  readonly cluster: Pick<Cluster, 'kubeconfig' | 'kubectl'>;
  /** Where the rows and the logs go; emptied first. */
  readonly directory: string;
  /** Breaks delivery, to show that the checker finds what follows from that. */
  readonly broken?: Breakage;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What came of an audit storm. */
export interface AuditChaosResult {
  readonly violations: readonly Violation[];
  readonly rows: number;
  readonly kills: number;
  /** How often the service has ended without having been killed. */
  readonly exits: number;
  /** The most memory that a process of the service has had, in bytes. */
  readonly peakMemory: number;
  /** What executions say of their events in the end, by reason. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** How many remediations are under way at once. */
const concurrency = 24;
/** More memory than this ends the service: V8's heap, in MiB. */
const heapMib = 160;

/**
 * Runs executions while data storage fails in every way it can and the service is killed, then holds the audit trail
 * against what was run.
 *
 * @throws Error when it can not be run, or is called off by its signal
 */
export async function runAuditChaos(options: AuditChaosOptions): Promise<AuditChaosResult> {
  const began = performance.now();
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(options.directory, { recursive: true });
  const scene = await setScene(options);
  const { stage, storage, replica, namespace } = scene;
  const memory = sampleMemory(replica);
  try {
    const remediations = planRemediations(options.executions, new Random(options.seed));
    await stage.hold();
    const kills = await perform(remediations, scene, options);
    await stage.letGo();
    await stage.settled();
    const holder: PlannedExecution = { name: holderName, course: 'is-cancelled', correlationId: 'rr-holder' };
    const expected = [...remediations.flat(), holder].map((execution) => expectedOf(namespace, execution));
    return {
      violations: checkTrail(storage.rows, expected),
      rows: storage.rows.length,
      kills,
      exits: replica.unplannedExits,
      peakMemory: memory.peak(),
      verdicts: stage.verdicts,
      seconds: Math.round((performance.now() - began) / 1_000),
    };
  } catch (error) {
    // What stands in the way is known to the service alone, and its log may be out of reach of whoever reads this.
    throw new Error(`${String(error)}\n${replica.lastLog(20).join('\n')}`, { cause: error });
  } finally {
    memory.stop();
    await scene.close();
  }
}

/** What plays along. */
interface Scene {
  readonly namespace: string;
  readonly storage: DataStorageDouble;
  readonly replica: Replica;
  readonly stage: AuditStage;
  close(): Promise<void>;
}

async function setScene(options: AuditChaosOptions): Promise<Scene> {
  const { cluster, directory, broken, seed, say, signal } = options;
  const kubeConfig = loadKubeConfigFiles([cluster.kubeconfig]);
  const client = new KubernetesClient(kubeConfig);
  const namespace = await createNamespace(client, 'audit-chaos');
  const secrets = await mkdtemp(join(tmpdir(), 'audit-chaos-'));
  const storage = await startDataStorage({ directory, forecast: broken ? undefined : chaosFaults(new Random(seed)) });
  const meddler = broken && (await putInFront(storage.url, meddleWith(broken)));
  const replica = new Replica({
    ...{ number: 0, say, logFile: join(directory, 'service.log') },
    kubeconfig: await serviceKubeconfig(cluster, secrets),
    settings: {
      ...chaosSettings,
      WFE_DATA_STORAGE_URL: meddler?.url ?? storage.url,
      WFE_WATCH_NAMESPACES: namespace.name,
      NODE_OPTIONS: `--max-old-space-size=${heapMib}`,
    },
  });
  const stage = new AuditStage(kubeConfig, namespace.name, signal);
  const completer = new Completer(client, namespace.name, (error) => say(`playing Tekton failed: ${String(error)}`));
  const completing = completer.run();
  return {
    ...{ namespace: namespace.name, storage, replica, stage },
    async close() {
      await replica.stop();
      completer.stop();
      await completing;
      await stage.close();
      await meddler?.close();
      await storage.stop();
      await namespace.delete();
      await rm(secrets, { recursive: true });
      await kubeConfig.close();
    },
  };
}

/** Performs everything, and kills the service now and then; returns how often. */
async function perform(
  remediations: readonly (readonly PlannedExecution[])[],
  { stage, storage, replica }: Scene,
  options: AuditChaosOptions,
): Promise<number> {
  let performed = 0;
  let killed = 0;
  await atOnce(concurrency, remediations, async (remediation) => {
    for (const execution of remediation) {
      await stage.perform(execution);
      performed += 1;
      if (!isKillDue({ performed, killed }, options)) continue;
      killed += 1;
      options.say(
        `${performed}/${options.executions} executions have ended, ${storage.rows.length} rows: kill ${killed}`,
      );
      await replica.kill(0);
    }
  });
  return killed;
}
