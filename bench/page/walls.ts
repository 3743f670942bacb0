import {
  bytesFigureName,
  collectorFigureName,
  cpuFigureName,
  keptFigureNames,
  requestsFigureName,
} from '../harness/costs.ts';

/** A measured figure; undefined when it has not been measured yet. */
export type Known = (bench: string, figure: string) => number | undefined;

/** What does not go on for ever. */
export interface Wall {
  /** What comes to its limit. */
  readonly name: string;
  /** Where that is set, and to what. */
  readonly limit: string;
  /** Whether it is met by executions a second, or by finished ones that are there. */
  readonly by: 'rate' | 'kept';
  /** How many of these; undefined when it has not been measured yet. */
  readonly at: number | undefined;
  /** What moves it. */
  readonly moves: string;
}

const gibibyte = 1024 ** 3;
/** Cores of a control plane that is taken as an example, and its memory in bytes. */
export const controlPlane = { cores: 8, memoryBytes: 32 * gibibyte };
/** What etcd takes at most by its own advice (https://etcd.io/docs/v3.6/dev-guide/limit/), in bytes. */
const etcdQuota = 8 * gibibyte;
/** As shipped, cmd/controller/main.go of Tekton v1.15: client-go's 5, doubled twice; for each of its clients. */
const tektonRequestsPerSecond = 20;
/** As shipped: `--kube-api-qps` of kube-controller-manager, which gives its garbage collector twice as many. */
const collectorRequestsPerSecond = 40;
/** As shipped: five replicas (config/webhook-hpa.yaml of Tekton v1.15) of half a core (config/webhook.yaml). */
const webhookCores = 2.5;
/** As in deploy/base/deployment.yaml: the limit of memory in MiB, and the seconds that a start may take. */
const [replicaMb, startSeconds] = [1_024, 60];
/** How long the API server keeps Events (`--event-ttl`), in seconds. */
const eventSeconds = 3_600;
/** Live memory doubles before Go collects (GOGC). */
const residentForLive = 2;
/** Numbers of finished executions between which memory and start grow along a line, as bench/benches/memory.ts has them. */
const [fewer, more] = [10_000, 50_000];

/** All walls that can be told from what is measured, in no order. */
export function wallsOf(known: Known): readonly Wall[] {
  return [...ratesOf(known), ...keptOf(known)];
}

/** Of these, the ones that a load comes nearest to, the nearest first, and which part of the way to them it has gone. */
export function nearest(walls: readonly Wall[], by: Wall['by'], load: number): readonly (readonly [Wall, number])[] {
  const measured = walls.flatMap((wall) =>
    wall.by === by && wall.at !== undefined ? [[wall, load / wall.at] as const] : [],
  );
  return measured.toSorted(([, a], [, b]) => b - a);
}

function ratesOf(known: Known): Wall[] {
  const real = (part: Parameters<typeof cpuFigureName>[0]) => known('real', cpuFigureName(part, 'an execution'));
  const leader = known('slopes', cpuFigureName('the leader', 'an execution'));
  const events = known('real', bytesFigureName('its Events'));
  return [
    {
      ...{ name: "Tekton's requests", limit: `${tektonRequestsPerSecond} a second, of the client for its own objects` },
      ...{ by: 'rate', at: per(tektonRequestsPerSecond, known('real', requestsFigureName)) },
      moves: '`-kube-api-qps`, `-kube-api-burst` and `-threads-per-controller` of its controller; fewer tasks',
    },
    {
      ...{ name: "the garbage collector's requests", limit: `${collectorRequestsPerSecond} a second` },
      ...{ by: 'rate', at: per(collectorRequestsPerSecond, known('soak', collectorFigureName)) },
      moves: '`--kube-api-qps` of kube-controller-manager; without deletions it is not there',
    },
    {
      ...{ name: "the leader's thread", limit: 'one core' },
      ...{ by: 'rate', at: per(1_000, leader) },
      moves: 'fewer milliseconds for an execution; several clusters, with the targets divided among them',
    },
    {
      ...{ name: "API server's and etcd's CPU", limit: `${controlPlane.cores} cores, as an example` },
      ...{ by: 'rate', at: per(controlPlane.cores * 1_000, sum(real('the API server'), real('etcd'))) },
      moves: 'more cores, more API servers; fewer Events and fewer tasks; of etcd only faster cores and disks',
    },
    {
      ...{ name: "Tekton's webhook's CPU", limit: `${webhookCores} cores: five replicas of half a core` },
      ...{ by: 'rate', at: per(webhookCores * 1_000, real("Tekton's webhook")) },
      moves: 'its limit of CPU and `maxReplicas` of its HorizontalPodAutoscaler',
    },
    {
      ...{ name: "an hour's Events in etcd", limit: '8 GiB, the quota of etcd' },
      ...{ by: 'rate', at: per(etcdQuota, scaled(events, eventSeconds)) },
      moves: '`--event-ttl`; an etcd of their own for Events (`--etcd-servers-overrides`)',
    },
  ];
}

function keptOf(known: Known): Wall[] {
  const bytes = (what: Parameters<typeof bytesFigureName>[0]) => known('real', bytesFigureName(what));
  const objects = [
    bytes('the execution'),
    bytes('its PipelineRun'),
    bytes('TaskRuns and ResolutionRequests'),
    bytes('its pods'),
  ];
  return [
    {
      ...{ name: "etcd's file", limit: '8 GiB, its quota' },
      ...{ by: 'kept', at: per(etcdQuota, sum(...objects)) },
      moves: '`ttlSecondsAfterFinished`; smaller workflows; a quota above what etcd advises',
    },
    {
      ...{ name: "the API server's memory", limit: `${controlPlane.memoryBytes / gibibyte} GiB, as an example` },
      ...{
        by: 'kept',
        at: per(controlPlane.memoryBytes, scaled(known('slopes', keptFigureNames.apiServer), residentForLive)),
      },
      moves: '`ttlSecondsAfterFinished`; more memory in every API server',
    },
    {
      ...{ name: "a replica's memory", limit: `${replicaMb} MiB, in its Deployment` },
      ...{ by: 'kept', at: along(known, 'resident memory at most', replicaMb) },
      moves:
        '`ttlSecondsAfterFinished`; its limit, with `--max-old-space-size`; fewer namespaces (`WFE_WATCH_NAMESPACES`)',
    },
    {
      ...{ name: "a replica's start", limit: `${startSeconds} s, in its startupProbe` },
      ...{ by: 'kept', at: along(known, 'start to ready', startSeconds) },
      moves: '`ttlSecondsAfterFinished`; `failureThreshold` of the probe; fewer namespaces (`WFE_WATCH_NAMESPACES`)',
    },
  ];
}

/** Where a limit is met, on the line through the figures of two numbers of finished executions. */
function along(known: Known, figure: string, limit: number): number | undefined {
  const at = (count: number) => known('memory', `${figure}, with ${count.toLocaleString('en')} executions`);
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
