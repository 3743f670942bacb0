import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../cluster/index.ts';
import { readRecord } from '../../cluster/record.ts';
import { createNamespaces } from '../../storm/harness/namespaces.ts';
import { PersistentApi } from '../../storm/harness/persistent-api.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { startService } from '../../support/service.ts';
import { toSeconds } from '../client/tally.ts';
import { seed } from './seed.ts';

/** Milliseconds after the start in which a service comes to rest. */
const restMs = 20_000;

const namespace = 'drill-memory';

/** What a service takes that has so many executions to mirror, and nothing to do. */
export interface MemoryFigures {
  readonly executions: number;
  /** Seconds from the start of the process to the line that says that it is ready. */
  readonly startToReady: number;
  /** Seconds of CPU time until then, and until it had come to rest. */
  readonly cpuToReady: number;
  readonly cpuToRest: number;
  /** MiB: resident at rest, and at most until then. */
  readonly atRest: number;
  readonly peak: number;
}

/** What is measured, and on what. */
export interface MemoryOptions {
  readonly cluster: Cluster;
  /** Numbers of executions, in rising order. */
  readonly amounts: readonly number[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts the service beside more and more executions that have ended; it leads. */
export async function measureMemory({
  cluster,
  amounts,
  say,
  signal,
}: MemoryOptions): Promise<readonly MemoryFigures[]> {
  const record = readRecord(cluster.directory);
  if (record === undefined) throw new Error('Memory is measured on a cluster of its own');
  const api = new PersistentApi(record, signal);
  const directory = mkdtempSync(join(tmpdir(), 'workflow-execution-memory-'));
  const figures: MemoryFigures[] = [];
  try {
    await createNamespaces(api, { executions: [namespace], service: 'kubernaut-system' });
    const kubeconfig = await serviceKubeconfig(cluster, directory);
    let there = 0;
    for (const executions of amounts) {
      await seed(api, namespace, there, executions);
      there = executions;
      say(`there are ${executions} executions`);
      figures.push({ executions, ...(await measureStart(kubeconfig, signal)) });
      say(JSON.stringify(figures.at(-1)));
    }
    return figures;
  } finally {
    api.close();
    rmSync(directory, { recursive: true });
  }
}

async function measureStart(kubeconfig: string, signal: AbortSignal): Promise<Omit<MemoryFigures, 'executions'>> {
  const started = performance.now();
  const service = await startService({ kubeconfig });
  const startToReady = toSeconds(performance.now() - started);
  try {
    const cpuToReady = cpuSeconds(service.pid);
    await delay(restMs, undefined, { signal });
    const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
    const [atRest, peak] = [mebibytes(status, 'VmRSS'), mebibytes(status, 'VmHWM')];
    return { startToReady, cpuToReady, cpuToRest: cpuSeconds(service.pid), atRest, peak };
  } finally {
    await service.stop();
  }
}

/** A line of proc(5)'s status, in MiB. */
function mebibytes(status: string, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}

/** utime and stime of proc(5)'s stat, which count hundredths of a second on Linux. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return toSeconds((Number(fields[11]) + Number(fields[12])) * 10);
}
