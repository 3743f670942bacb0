import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../test/cluster/index.ts';
import { isAlive } from '../../test/cluster/process.ts';
import { readRecord } from '../../test/cluster/record.ts';
import type { BenchContext, StartedService } from './context.ts';
import { usageOf } from './process-usage.ts';
import { waitUntilIdle } from './idle.ts';

/** Components whose cost is measured, by process name in a cluster. */
const processNames = {
  'the API server': 'kube-apiserver',
  etcd: 'etcd',
  'the controller manager': 'kube-controller-manager',
  'the scheduler': 'kube-scheduler',
  "Tekton's webhook": 'tekton-webhook',
  "Tekton's controller": 'tekton-controller',
  "Tekton's resolvers": 'tekton-resolvers',
} as const;

/** A measured component. */
export type Component = keyof typeof processNames | 'the leader' | 'data storage';

/** All components in order of presentation. */
export const components: readonly Component[] = [
  'the leader',
  'data storage',
  ...Object.keys(processNames).filter(hasProcess),
];

/** Process ids by component. */
export type Processes = ReadonlyMap<Component, number>;

/** CPU times in milliseconds. */
export type CpuTimes = ReadonlyMap<Component, number>;

/**
 * The running processes of a cluster and of the service. Those of the node (kubelet, containerd, the containers) are not
 * included.
 */
export function processesOf(cluster: Cluster, { pid, dataStoragePid }: StartedService): Processes {
  const { processes = {} } = readRecord(cluster.directory) ?? {};
  const own: [Component, number][] = [
    ['the leader', pid],
    ['data storage', dataStoragePid],
  ];
  const running = Object.entries(processNames).flatMap(([part, component]): [Component, number][] => {
    const process = processes[component];
    return process === undefined || !isAlive(process) || !hasProcess(part) ? [] : [[part, process.pid]];
  });
  return new Map([...running, ...own]);
}

function hasProcess(name: string): name is keyof typeof processNames {
  return name in processNames;
}

/** CPU time of processes since their start. */
export function cpuTimes(processes: Processes): CpuTimes {
  return new Map([...processes].map(([part, pid]) => [part, usageOf(pid).cpuMs]));
}

/** CPU time between two measurements. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return new Map([...after].map(([part, ms]) => [part, ms - (before.get(part) ?? 0)]));
}

/**
 * CPU time of each component per idle second, in milliseconds. Measured once the service is idle: remaining start-up work
 * would be subtracted from later measurements.
 */
export async function idleCpu(context: BenchContext, processes: Processes): Promise<CpuTimes> {
  await waitUntilIdle(context);
  context.step('measuring the idle system');
  const [seconds, before] = [context.size(30, 5), cpuTimes(processes)];
  await delay(seconds * 1_000, undefined, { signal: context.signal });
  return new Map([...cpuBetween(before, cpuTimes(processes))].map(([part, ms]) => [part, ms / seconds]));
}

/** CPU times minus those of an idle system over these seconds. */
export function beyondIdle(spent: CpuTimes, idle: CpuTimes, seconds: number): CpuTimes {
  return new Map([...spent].map(([part, ms]) => [part, ms - (idle.get(part) ?? 0) * seconds]));
}

/** Sum of CPU times. */
export function sumOf(times: readonly CpuTimes[]): CpuTimes {
  const sum = new Map<Component, number>();
  for (const [part, ms] of times.flatMap((one) => [...one])) sum.set(part, (sum.get(part) ?? 0) + ms);
  return sum;
}
