import { setTimeout as delay } from 'node:timers/promises';
import { publisherFor, publishSampleWorkflow } from '../../test/support/workflows.ts';
import type { Bench } from '../harness/bench.ts';
import type { BenchContext } from '../harness/context.ts';
import { bytesFigures } from '../harness/costs.ts';
import {
  beyondIdle,
  cpuBetween,
  cpuTimes,
  idleCpu,
  processesOf,
  type CpuTimes,
  type Processes,
} from '../harness/components.ts';
import { serviceAccountName } from '../load/bare-pipeline-run.ts';
import { measureBusy } from '../load/busy.ts';
import { now } from '../load/clock.ts';
import { pipelineRunsPath } from '../load/executions.ts';
import { Runs, type Run } from '../load/runs.ts';
import { cpuOf, requestsOf, slowdownOf, type MeasuredRun } from './real-figures.ts';

/** Poll interval of the kubelet (generic PLEG) in milliseconds, which quantizes pod durations. */
const relistMs = 1_000;

/** Executions through the full Tekton with real pods. */
export const real: Bench = {
  name: 'real',
  what: 'executions through the real Tekton with real pods, against as many bare PipelineRuns of the same shape',
  cluster: 'pods',
  async run(context) {
    const namespace = await context.namespace();
    const runs = await openRuns(context, namespace);
    const processes = processesOf(context.cluster, await context.startService());
    const first = await warmUp(context, runs);
    for (const pair of first) await requireSameShape(context, namespace, pair);
    const idle = await idleCpu(context, processes);
    const [begun, busy] = [Date.now(), measureBusy()];
    const pairs = await runPairs(context, runs, context.size(50, 3), (run) => measureRun(run, processes, idle));
    const [ended, load] = [Date.now(), busy()];
    const count = 2 * pairs.length;
    return {
      figures: [
        ...slowdownOf(pairs, load),
        ...cpuOf(pairs),
        ...requestsOf(await context.requests(begun, ended), count),
        ...(await bytesFigures(context.cluster, namespace, first.length * 2 + count)),
      ],
      notes,
    };
  },
};

const notes = [
  'One run at a time, in pairs: bare, execution, execution, bare, and so on. Each kind follows each kind equally often, so a ' +
    'machine that becomes slower, or accumulates ended pods, affects both. The next run starts when the previous one is ' +
    'complete: for an execution, when its audit events are recorded.',
  'The kubelet checks its containers once a second, so pods end in step with it, and so would all runs start. A pause of a ' +
    'fraction of a second before each run, the same for both of a pair, spreads the starts over the second.',
  'Bare PipelineRuns have the same spec, which is checked, and as many labels, annotations and owners; they run in the same ' +
    'namespace as the same ServiceAccount. The service is running but idle: it does not watch them.',
  'End to end is from the acknowledged create until a watch of the load shows the final phase, or the end of the bare ' +
    "PipelineRun, whose create has by then already waited for Tekton's webhook.",
  'The interval is a 95 % confidence interval, by a seeded bootstrap over the pairs. The duration of pods varies; what the ' +
    'service itself adds is the sum of two times that do not include pods.',
  'CPU times are those beyond an idle system. What runs on the node (kubelet, containerd, the containers) is not counted.',
];

async function openRuns(context: BenchContext, namespace: string): Promise<Runs> {
  const { api, cluster, signal } = context;
  if (!cluster.pods.available) throw new Error(`This bench needs real pods. ${cluster.pods.reason}`);
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await api.must('POST', accounts, { metadata: { name: serviceAccountName } });
  const image = await publishSampleWorkflow(publisherFor(cluster));
  const runs = await Runs.open(api, namespace, { image, parameters: { MESSAGE: 'Hello from the bench' } }, signal);
  context.defer(() => runs.close());
  return runs;
}

/** The first runs pull images and warm up compilers and caches. */
function warmUp(context: BenchContext, runs: Runs): Promise<readonly (readonly [Run, Run])[]> {
  return runPairs(context, runs, context.size(4, 1), (run) => run());
}

/**
 * Runs pairs of an execution and a bare PipelineRun, one after the other.
 *
 * @param measure runs one
 */
async function runPairs<T>(
  context: BenchContext,
  runs: Runs,
  count: number,
  measure: (run: () => Promise<Run>) => Promise<T> | T,
): Promise<(readonly [execution: T, bare: T])[]> {
  const pairs: (readonly [T, T])[] = [];
  const startedAt = Math.round(now());
  const run = async (kind: Run['kind'], number: number): Promise<T> => {
    await delay(spread(number) * relistMs, undefined, { signal: context.signal });
    return measure(() => runs.run(kind, `${kind}-${startedAt}-${number}`));
  };
  for (let number = 0; number < count; number += 1) {
    context.step(`${number}/${count} pairs have run`);
    // The first is bare: for an execution that exists when leadership starts, the leader first asks whether its audit events
    // were already delivered, which takes minutes.
    const bareFirst = number % 2 === 0;
    const early = bareFirst ? await run('bare', number) : undefined;
    const execution = await run('execution', number);
    pairs.push([execution, early ?? (await run('bare', number))]);
  }
  return pairs;
}

/** In [0, 1), evenly spread: multiples of the golden ratio. */
function spread(number: number): number {
  return (number * 0.618_033_988_75) % 1;
}

async function measureRun(start: () => Promise<Run>, processes: Processes, idle: CpuTimes): Promise<MeasuredRun> {
  const [before, startedAt] = [cpuTimes(processes), now()];
  const run = await start();
  const [seconds, spent] = [(now() - startedAt) / 1_000, cpuBetween(before, cpuTimes(processes))];
  return { run, cpu: beyondIdle(spent, idle, seconds) };
}

/** The shape of a PipelineRun. */
interface Shape {
  readonly metadata: { readonly labels: object; readonly annotations: object; readonly ownerReferences: object };
  readonly spec: object;
}

/** @throws Error if the two runs of a pair differ in more than their names */
async function requireSameShape({ api }: BenchContext, namespace: string, pair: readonly Run[]): Promise<void> {
  const [one, other] = await Promise.all(
    pair.map(async ({ name, pipelineRun = '' }) => {
      const { metadata, spec } = await api.must<Shape>('GET', `${pipelineRunsPath(namespace)}/${pipelineRun}`);
      const counts = [metadata.labels, metadata.annotations, metadata.ownerReferences].map(
        (all) => Object.keys(all).length,
      );
      return JSON.stringify({ spec, counts }).replaceAll(name, 'NAME');
    }),
  );
  if (one !== other) throw new Error(`The PipelineRuns differ in shape:\n${one}\n${other}`);
}
