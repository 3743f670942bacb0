import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { Cluster } from '../cluster/index.ts';
import {
  checkTrail,
  startProxy,
  startDataStorage,
  type FakeDataStorage,
  type Violation,
} from '../data-storage/index.ts';
import { createNamespace } from '../integration/support/namespace.ts';
import { Replica } from '../chaos/harness/replica.ts';
import { Random } from '../chaos/plan/random.ts';
import { forEachParallel } from '../support/parallel.ts';
import { serviceKubeconfig } from '../support/service-account.ts';
import { FakeTekton } from './fake-tekton.ts';
import { corrupt, type Corruption } from './corruption.ts';
import { sampleMemory } from './memory.ts';
import { expectedOf, isKillDue, planRemediations, type PlannedExecution } from './plan.ts';
import { ChaosExecutions, holderName } from './chaos-executions.ts';
import { chaosSettings, chaosFaults } from './fault-plan.ts';

/** Options of an audit chaos run. */
export interface AuditChaosOptions {
  readonly executions: number;
  /** How often the service is killed (SIGKILL). */
  readonly kills: number;
  readonly seed: number;
  /** A cluster with the product's manifests, and without Tekton's controller. */
  readonly cluster: Pick<Cluster, 'kubeconfig' | 'kubectl'>;
  /** For rows and logs; emptied first. */
  readonly directory: string;
  /** Corrupts the delivery, to show that the checker notices. */
  readonly broken?: Corruption;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The result of an audit chaos run. */
export interface AuditChaosResult {
  readonly violations: readonly Violation[];
  readonly rows: number;
  readonly kills: number;
  /** How often the service has exited without being killed. */
  readonly exits: number;
  /** The peak memory of the service, in bytes. */
  readonly peakMemory: number;
  /** Executions by the reason of their condition AuditRecorded. */
  readonly auditReasons: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Concurrent remediations. */
const concurrency = 24;
/** V8's heap limit of the service, in MiB. */
const heapMib = 160;

/**
 * Runs executions while data storage fails in every way and the service is killed, then checks the audit trail.
 *
 * @throws Error when it cannot run, or its signal aborts
 */
export async function runAuditChaos(options: AuditChaosOptions): Promise<AuditChaosResult> {
  const began = performance.now();
  await rm(options.directory, { recursive: true, force: true });
  await mkdir(options.directory, { recursive: true });
  const fixture = await setFixture(options);
  const { executions, storage, replica, namespace } = fixture;
  const memory = sampleMemory(replica);
  try {
    const remediations = planRemediations(options.executions, new Random(options.seed));
    await executions.hold();
    const kills = await perform(remediations, fixture, options);
    await executions.letGo();
    await executions.auditFinal();
    const holder: PlannedExecution = { name: holderName, course: 'is-cancelled', correlationId: 'rr-holder' };
    const expected = [...remediations.flat(), holder].map((execution) => expectedOf(namespace, execution));
    return {
      violations: checkTrail(storage.rows, expected),
      rows: storage.rows.length,
      kills,
      exits: replica.unplannedExits,
      peakMemory: memory.peak(),
      auditReasons: executions.auditReasons,
      seconds: Math.round((performance.now() - began) / 1_000),
    };
  } catch (error) {
    // The cause is in the log of the service.
    throw new Error(`${String(error)}\n${replica.lastLog(20).join('\n')}`, { cause: error });
  } finally {
    memory.stop();
    await fixture.close();
  }
}

/** The participants. */
interface Fixture {
  readonly namespace: string;
  readonly storage: FakeDataStorage;
  readonly replica: Replica;
  readonly executions: ChaosExecutions;
  close(): Promise<void>;
}

async function setFixture(options: AuditChaosOptions): Promise<Fixture> {
  const { cluster, directory, broken, seed, say, signal } = options;
  const kubeConfig = loadKubeConfigFiles([cluster.kubeconfig]);
  const client = new KubernetesClient(kubeConfig);
  const namespace = await createNamespace(client, 'audit-chaos');
  const secrets = await mkdtemp(join(tmpdir(), 'audit-chaos-'));
  const storage = await startDataStorage({ directory, faults: broken ? undefined : chaosFaults(new Random(seed)) });
  const proxy = broken && (await startProxy(storage.url, corrupt(broken)));
  const replica = new Replica({
    ...{ number: 0, log: say, logFile: join(directory, 'service.log') },
    kubeconfig: await serviceKubeconfig(cluster, secrets),
    settings: {
      ...chaosSettings,
      WFE_DATA_STORAGE_URL: proxy?.url ?? storage.url,
      WFE_WATCH_NAMESPACES: namespace.name,
      NODE_OPTIONS: `--max-old-space-size=${heapMib}`,
    },
  });
  const executions = new ChaosExecutions(kubeConfig, namespace.name, signal);
  const tekton = new FakeTekton(client, namespace.name, (error) => say(`fake Tekton failed: ${String(error)}`));
  const completing = tekton.run();
  return {
    ...{ namespace: namespace.name, storage, replica, executions },
    async close() {
      await replica.stop();
      tekton.stop();
      await completing;
      await executions.close();
      await proxy?.close();
      await storage.stop();
      await namespace.delete();
      await rm(secrets, { recursive: true });
      await kubeConfig.close();
    },
  };
}

/** Runs all remediations and kills the service now and then; returns how often. */
async function perform(
  remediations: readonly (readonly PlannedExecution[])[],
  { executions, storage, replica }: Fixture,
  options: AuditChaosOptions,
): Promise<number> {
  let performed = 0;
  let killed = 0;
  await forEachParallel(concurrency, remediations, async (remediation) => {
    for (const execution of remediation) {
      await executions.perform(execution);
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
