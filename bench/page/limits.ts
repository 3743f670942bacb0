import {
  apiServerHeapFigureName,
  bytesFigureName,
  collectorFigureName,
  cpuFigureName,
  requestsFigureName,
} from '../harness/costs.ts';

/** Looks up a measured figure; undefined if it has not been measured. */
export type Lookup = (bench: string, figure: string) => number | undefined;

/** A limit of one component, and the load at which it is reached. */
export interface Limit {
  readonly component: string;
  /** The limit's value and where it comes from. */
  readonly limit: string;
  /** Whether executions per second or finished executions in the cluster reach it. */
  readonly by: 'rate' | 'finished';
  /** The load that reaches it; undefined if a figure is missing. */
  readonly at: number | undefined;
  /** What raises it. */
  readonly raisedBy: string;
}

const gibibyte = 1024 ** 3;
/** An example control plane: cores, and memory in bytes. */
const controlPlane = { cores: 8, memoryBytes: 32 * gibibyte };
/** The quota that etcd recommends at most (https://etcd.io/docs/v3.6/dev-guide/limit/), in bytes. */
const etcdQuota = 8 * gibibyte;
/** cmd/controller/main.go of Tekton v1.15: client-go's default of 5, doubled twice. */
const tektonRequestsPerSecond = 20;
/** `--kube-api-qps` of kube-controller-manager is 20; its garbage collector gets twice that. */
const collectorRequestsPerSecond = 40;
/** Five replicas (config/webhook-hpa.yaml of Tekton v1.15) of half a core each (config/webhook.yaml). */
const webhookCores = 2.5;
/** deploy/base: memory limit of each role in MiB. */
const replicaMb = 1_024;
/**
 * Part of its memory limit that a replica can use: Node.js limits the heap to 75 % of it (Dockerfile), and about 110 MiB are
 * outside the heap.
 */
const usable = 0.85;
/** Default of `--event-ttl`, in seconds. */
const eventSeconds = 3_600;
/** With the default GOGC the heap doubles before a collection. */
const residentPerLive = 2;
/** Numbers of finished executions between which memory is interpolated (bench/benches/memory.ts). */
export const [fewer, more] = [10_000, 50_000] as const;

/** All limits that follow from the measured figures. */
export function limitsOf(lookup: Lookup): readonly Limit[] {
  return [...rateLimitsOf(lookup), ...storageLimitsOf(lookup)];
}

/** The limits that a load comes closest to, closest first, each with the share of it that the load uses. */
export function closest(
  limits: readonly Limit[],
  by: Limit['by'],
  load: number,
): readonly (readonly [Limit, number])[] {
  return limits
    .flatMap((limit) => (limit.by === by && limit.at !== undefined ? [[limit, load / limit.at] as const] : []))
    .toSorted(([, a], [, b]) => b - a);
}

function rateLimitsOf(lookup: Lookup): Limit[] {
  const cpu = (part: Parameters<typeof cpuFigureName>[0]) => lookup('real', cpuFigureName(part, 'an execution'));
  const eventBytes = lookup('real', bytesFigureName('its Events'));
  const by = 'rate';
  return [
    {
      ...{ by, component: "Tekton's client rate limit", limit: `${tektonRequestsPerSecond} requests a second` },
      at: per(tektonRequestsPerSecond, lookup('real', requestsFigureName)),
      raisedBy: '`-kube-api-qps`, `-kube-api-burst`, `-threads-per-controller`; fewer tasks',
    },
    {
      ...{ by, component: 'garbage collector', limit: `${collectorRequestsPerSecond} requests a second` },
      at: per(collectorRequestsPerSecond, lookup('soak', collectorFigureName)),
      raisedBy: '`--kube-api-qps` of kube-controller-manager',
    },
    {
      ...{ by, component: "the leader's event loop", limit: 'one core' },
      at: per(1_000, lookup('burst', 'CPU of the service for an execution')),
      raisedBy: 'nothing but a faster core',
    },
    {
      ...{ by, component: 'CPU of API server and etcd', limit: `${controlPlane.cores} cores (example)` },
      at: per(controlPlane.cores * 1_000, sum(cpu('the API server'), cpu('etcd'))),
      raisedBy: 'more cores or API servers; fewer tasks',
    },
    {
      ...{ by, component: "CPU of Tekton's webhook", limit: `${webhookCores} cores` },
      at: per(webhookCores * 1_000, cpu("Tekton's webhook")),
      raisedBy: 'its CPU limit and `maxReplicas`',
    },
    {
      ...{ by, component: "an hour's Events in etcd", limit: '8 GiB' },
      at: per(etcdQuota, scaled(eventBytes, eventSeconds)),
      raisedBy: '`--event-ttl`, `--etcd-servers-overrides`',
    },
  ];
}

function storageLimitsOf(lookup: Lookup): Limit[] {
  const bytes = (kind: Parameters<typeof bytesFigureName>[0]) => lookup('real', bytesFigureName(kind));
  const kinds = ['the execution', 'its PipelineRun', 'TaskRuns and ResolutionRequests', 'its pods'];
  const by = 'finished';
  const replica = (role: 'api' | 'controller'): Pick<Limit, 'limit' | 'at' | 'raisedBy'> => ({
    limit: `${usable * 100} % of ${replicaMb} MiB`,
    at: interpolated(lookup, `resident memory of the ${role} at most`, usable * replicaMb),
    raisedBy: '`ttlSecondsAfterFinished`; its memory limit',
  });
  return [
    {
      ...{ by, component: "etcd's database", limit: '8 GiB' },
      at: per(etcdQuota, sum(...kinds.map(bytes))),
      raisedBy: '`ttlSecondsAfterFinished`; a larger quota',
    },
    {
      ...{ by, component: "the API server's memory", limit: `${controlPlane.memoryBytes / gibibyte} GiB (example)` },
      at: per(controlPlane.memoryBytes, scaled(lookup('memory', apiServerHeapFigureName), residentPerLive)),
      raisedBy: '`ttlSecondsAfterFinished`; more memory',
    },
    { by, component: "the API's memory", ...replica('api') },
    { by, component: "the controller's memory", ...replica('controller') },
  ];
}

/** The number of finished executions at which the line through two measured points reaches a limit. */
function interpolated(lookup: Lookup, figure: string, limit: number): number | undefined {
  const at = (count: number) => lookup('memory', `${figure}, with ${count.toLocaleString('en')} executions`);
  const [low, high] = [at(fewer), at(more)];
  if (low === undefined || high === undefined || high <= low) return undefined;
  return more + ((limit - high) * (more - fewer)) / (high - low);
}

function per(limit: number, each: number | undefined): number | undefined {
  return each === undefined || each <= 0 ? undefined : limit / each;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function sum(...values: readonly (number | undefined)[]): number | undefined {
  return values.reduce((total, value) => (total === undefined || value === undefined ? undefined : total + value), 0);
}
