// Many watchers at once: how much memory each costs the service, and how long a change takes to reach them.
//   node bench/watchers/watchers.ts [--watchers 1000] [--seconds 20]
// Wants KUBECONFIG of a cluster with the CRD. The service is a process of its own; this one is the load, and has one
// connection for each watcher.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfig } from '../../src/kubernetes/kube-config.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { openGrpc, openSse, type ApiAddress, type Open } from './clients.ts';
import { Delays } from './delays.ts';

const { values } = parseArgs({
  options: { watchers: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const [watchers, seconds] = [Number(values.watchers), Number(values.seconds)];
const executions = 100;
const runs: readonly Run[] = [
  { transport: 'gRPC', open: openGrpc, each: 'everything', rate: 20 },
  { transport: 'gRPC', open: openGrpc, each: 'everything', rate: 100 },
  { transport: 'gRPC', open: openGrpc, each: 'one workflow', rate: 20 },
  { transport: 'gRPC', open: openGrpc, each: 'one workflow', rate: 100 },
  { transport: 'SSE', open: openSse, each: 'everything', rate: 20 },
  { transport: 'SSE', open: openSse, each: 'everything', rate: 100 },
  { transport: 'SSE', open: openSse, each: 'one workflow', rate: 100 },
];

interface Run {
  readonly transport: string;
  readonly open: Open;
  /** What each watcher watches: all executions, or those of one workflow, which are one in a hundred. */
  readonly each: 'everything' | 'one workflow';
  /** Changes a second. */
  readonly rate: number;
}

interface Usage {
  readonly rss: number;
  readonly heapUsed: number;
  readonly cpuMicros: number;
}

const kubeConfig = loadKubeConfig();
const kubernetes = new KubernetesClient(kubeConfig);
const namespace = `bench-watchers-${randomBytes(3).toString('hex')}`;
const namespaces = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };
const namespaceResource = { ...namespaces, parse: () => ({ apiVersion: '', kind: '', metadata: meta }) };
const meta = { name: '', uid: '', resourceVersion: '', creationTimestamp: '' };

await kubernetes.create(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
try {
  await Promise.all(Array.from({ length: executions }, (_, index) => create(index)));
  console.log(
    `${watchers} watchers, ${executions} executions, ${seconds} s each; delays from acknowledged write to event\n`,
  );
  console.log(
    '| transport | each watches | changes/s | events/s | opened in | memory/watcher | of it heap | p50 | p99 | max | CPU |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const run of runs) console.log(await measure(run));
} finally {
  await kubernetes.delete(namespaceResource, { name: namespace });
  await kubeConfig.close();
}

async function create(index: number): Promise<void> {
  await kubernetes.create(workflowExecutionResource, {
    apiVersion: workflowExecutionApiVersion,
    kind: workflowExecutionResource.kind,
    metadata: { namespace, name: `we-${index}` },
    spec: {
      remediationRequestRef: { name: `rr-${index}` },
      workflowRef: { workflowId: `workflow-${index}`, version: '1.0.0', containerImage: 'quay.io/kubernaut/x:v1.0.0' },
      targetResource: `payment/deployment/app-${index}`,
      parameters: { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
      rationale: 'The container was killed three times within ten minutes at its memory limit.',
    },
  });
}

/** Runs one line of the table on a service of its own. */
async function measure({ transport, open, each, rate }: Run): Promise<string> {
  const server = fork(`${import.meta.dirname}/server.ts`, { execArgv: ['--expose-gc'] });
  const api = await answerOf<ApiAddress>(server);
  const before = await usageOf(server);
  const delays = new Delays();
  let open_ = 0;
  const begun = performance.now();
  const closers = Array.from({ length: watchers }, (_, index) =>
    open(
      api,
      { namespace, workflowId: each === 'everything' ? undefined : `workflow-${index % executions}` },
      (version, synced) => {
        if (synced) open_++;
        else if (open_ >= watchers) delays.received(version);
      },
    ),
  );
  while (open_ < watchers) await pause(5);
  const openedMs = performance.now() - begun;
  const opened = await usageOf(server);
  await write(rate, delays);
  const after = await usageOf(server);
  for (const close of closers) close();
  server.kill();
  await once(server, 'exit');
  const perWatcher = (key: 'rss' | 'heapUsed') => `${((opened[key] - before[key]) / watchers / 1024).toFixed(0)} KiB`;
  const ms = (percent: number) => `${delays.percentile(percent).toFixed(0)} ms`;
  const cpu = `${((after.cpuMicros - opened.cpuMicros) / seconds / 10_000).toFixed(0)} %`;
  const perSecond = (delays.count / seconds).toFixed(0);
  const cells = [
    transport,
    each,
    rate,
    perSecond,
    `${(openedMs / 1000).toFixed(1)} s`,
    perWatcher('rss'),
    perWatcher('heapUsed'),
  ];
  return `| ${[...cells, ms(50), ms(99), ms(100), cpu].join(' | ')} |`;
}

/** Changes executions at a steady rate, and waits until what was changed has had time to arrive. */
async function write(rate: number, delays: Delays): Promise<void> {
  const writes: Promise<void>[] = [];
  const begun = performance.now();
  for (let count = 0; count < rate * seconds; count++) {
    const late = performance.now() - begun - (count * 1000) / rate;
    if (late < 0) await pause(-late);
    writes.push(change(count, delays));
  }
  await Promise.all(writes);
  await pause(2_000);
}

async function change(count: number, delays: Delays): Promise<void> {
  const key = { namespace, name: `we-${count % executions}` };
  const status = { phase: 'Running', message: `change ${count} ${randomBytes(4).toString('hex')}` };
  const { metadata } = await kubernetes.patch(workflowExecutionResource, key, { status }, { subresource: 'status' });
  delays.acknowledged(metadata.resourceVersion);
}

function usageOf(server: ChildProcess): Promise<Usage> {
  server.send('usage');
  return answerOf<Usage>(server);
}

async function answerOf<T>(server: ChildProcess): Promise<T> {
  const [message] = (await once(server, 'message')) as [T]; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- from our own server.ts
  return message;
}
