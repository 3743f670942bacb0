import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowExecutionServiceClient } from '../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { maxLogPartBytes } from '../../src/config/limits.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { startApi } from '../integration/api/running-api.ts';
import { apiCluster } from '../integration/support/cluster.ts';
import { FaultProxy } from '../integration/support/fault-proxy.ts';
import { endAfter, resetAfter } from '../integration/support/faults.ts';
import { operatorCaller, withToken } from '../support/callers.ts';
import { grpcLog, restLog, readToEnd, type LogClient, type ReceivedLine } from '../support/log-reader.ts';
import { podResource } from '../support/pods.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { describeOnPods, type Environment } from './environment.ts';
import { shellWorkflow, tasksWorkflow } from './shell-workflow.ts';

const brief = ({ task, step, text }: ReceivedLine) => `[${task} : ${step}] ${text}`;

describeOnPods('the logs of an execution', (environment) => {
  let service: ServiceProcess;
  let at: LogClient;

  beforeAll(async () => {
    service = await startService(environment().service);
    const { token } = await operatorCaller(environment().client);
    at = {
      url: `http://${service.http}`,
      headers: { authorization: `Bearer ${token}` },
      grpc: new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure(), {
        interceptors: [withToken(token)],
      }),
    };
  });
  afterAll(async () => {
    at.grpc.close();
    await service.stop();
  });

  describe.each([
    ['REST', restLog],
    ['gRPC', grpcLog],
  ] as const)('over %s', (transport, readLog) => {
    const named = (name: string) => `${name}-${transport.toLowerCase()}`;
    const log = (name: string, over: { follow?: boolean; since?: Date } = {}) =>
      readLog(at, { namespace: environment().namespace, name, ...over });

    it('are live: a line arrives while its step runs', async () => {
      const name = named('live');
      await execute(name, shellWorkflow('echo begun; while true; do sleep 1; done'));

      const lines = log(name, { follow: true });
      const first = await lines.next();
      const { status } = await read(name);
      await lines.return();

      expect(first.value).toMatchObject({ task: 'run', step: 'shell', text: 'begun' });
      expect(status?.phase).toBe('Running');
      await environment().client.patch(workflowExecutionResource, keyOf(name), { spec: { cancelRequested: true } });
      await finished(name);
    });

    it('merge parallel tasks by time', async () => {
      const name = named('parallel');
      const task = { steps: { only: 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done' } };
      await execute(name, tasksWorkflow({ left: task, right: task }));

      const followed = await readToEnd(log(name, { follow: true }));
      const afterwards = await readToEnd(log(name));

      const times = afterwards.map(({ time }) => time);
      expect(times).toEqual(times.toSorted());
      expect(followed).toHaveLength(16);
      expect(followed.toSorted((a, b) => (brief(a) < brief(b) ? -1 : 1))).toEqual(
        afterwards.toSorted((a, b) => (brief(a) < brief(b) ? -1 : 1)),
      );
      for (const side of ['left', 'right']) {
        const texts = followed.filter((line) => line.task === side).map(({ text }) => text);
        expect(texts).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
      }
      const since = new Date(afterwards[10]?.time ?? '');
      await expect(readToEnd(log(name, { since }))).resolves.toEqual(
        afterwards.filter(({ time }) => new Date(time) >= since),
      );
    });

    it('split long lines, and are complete if they are large', async () => {
      const name = named('large');
      const script =
        `head -c ${2 * maxLogPartBytes + 7_232} /dev/zero | tr '\\000' x; ` +
        'echo; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done';
      await execute(name, shellWorkflow(script));
      await finished(name);

      const lines = await readToEnd(log(name));
      const [pod] = await pods(name);
      // A runtime may lose the last output of a container: compare with the log on the node.
      const there = await environment().kubectl('logs', pod?.metadata.name ?? '', '-n', environment().namespace);

      const [a, b, c] = lines;
      expect([a, b, c].map((part) => [part?.text.length, part?.partial])).toEqual([
        [maxLogPartBytes, true],
        [maxLogPartBytes, true],
        [7_232, false],
      ]);
      expect(lines.map(({ text, partial }) => (partial ? text : `${text}\n`)).join('')).toBe(`${there.trimEnd()}\n`);
      expect(lines.length).toBeGreaterThan(10_000);
    });

    it('note missing pods, and are gone with all pods', async () => {
      const name = named('gone');
      await execute(
        name,
        tasksWorkflow({ first: { steps: { a: 'echo a' } }, second: { runAfter: ['first'], steps: { b: 'echo b' } } }),
      );
      await finished(name);
      const { client, namespace } = environment();
      const [first, second] = (await pods(name)).map(({ metadata }) => metadata);
      if (first === undefined || second === undefined) throw new Error('two pods were expected');
      const isFirst = first.name.includes('-first-');

      await client.delete(podResource, { namespace, name: (isFirst ? first : second).name });
      await waitFor(client, podResource, ours(name), 'one pod is gone', (all) => all.length === 1);
      const half = await readToEnd(log(name));
      await client.delete(podResource, { namespace, name: (isFirst ? second : first).name });
      await waitFor(client, podResource, ours(name), 'both pods are gone', (all) => all.length === 0);
      const none = readToEnd(log(name));

      expect(half.map(({ task, step }) => `${task}/${step}`)).toEqual(['first/', 'second/b']);
      expect(half[0]?.text).toContain((isFirst ? first : second).name);
      await expect(none).rejects.toMatchObject({ reason: 'logs-gone' });
      await expect(readToEnd(log(name, { follow: true }))).rejects.toMatchObject({ reason: 'logs-gone' });
    });

    it('are refused if nothing has run, and if the execution does not exist', async () => {
      const name = named('never');
      const { client } = environment();
      await execute(name, shellWorkflow('true'), { cancelRequested: true });
      await finished(name);

      await expect(readToEnd(log(name))).rejects.toMatchObject({ reason: 'failed-precondition' });
      await expect(readToEnd(log('nobody'))).rejects.toMatchObject({ reason: 'not-found' });
      expect((await client.get(workflowExecutionResource, keyOf(name))).status?.phase).toBe('Failed');
    });

    it('exclude pods that only have the label of the run', async () => {
      const name = named('forged');
      await execute(name, shellWorkflow('echo mine'));
      await finished(name);
      const { client, namespace } = environment();
      const [own] = await pods(name);
      const { items } = await client.listRaw(podResource, { ...ours(name) });
      const image = JSON.stringify(items[0]).match(/"image":"([^"]*busybox[^"]*)"/)?.[1];
      const forged = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name: `${name}-secret`, labels: own?.metadata.labels },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'step-shell', image, command: ['/bin/sh', '-c', 'echo secret'] }],
        },
      };
      await client.create(podResource, forged);
      await waitFor(client, podResource, { namespace }, 'the forged pod has ended', (all) =>
        all.some(({ metadata, status }) => metadata.name === `${name}-secret` && status.phase === 'Succeeded'),
      );

      const lines = await readToEnd(log(name));

      expect(lines.map(({ text }) => text)).toEqual(['mine']);
    });
  });

  it('are complete, live and afterwards, when connections to the API server break', async () => {
    const proxy = await new FaultProxy(apiCluster()).listen();
    const api = await startApi(proxy.kubeConfig(), { WFE_WATCH_NAMESPACES: environment().namespace });
    try {
      const ofLogs = { path: /\/log$/ };
      proxy.inject(ofLogs, resetAfter(500), 4);
      const script =
        'i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); [ $((i % 20)) -eq 0 ] && sleep 1; done; true';
      await execute('broken', shellWorkflow(script));
      const wanted = { namespace: environment().namespace, name: 'broken' };

      const live = await readToEnd(restLog(api, { ...wanted, follow: true }));
      const injection = proxy.inject(ofLogs, resetAfter(500), 4);
      const afterwards = await readToEnd(grpcLog(api, wanted));
      const early = proxy.inject(ofLogs, endAfter(700), 1);
      const cutShort = await readToEnd(restLog(api, wanted));

      expect(live.map(({ text }) => text)).toEqual(Array.from({ length: 60 }, (_, i) => `line ${i}`));
      expect(afterwards.map(({ text }) => text)).toEqual(live.map(({ text }) => text));
      expect(injection.hits).toBeGreaterThan(0);
      expect(cutShort.map(({ text }) => text)).toEqual(live.map(({ text }) => text));
      expect(early.hits).toBe(1);
    } finally {
      await api.stop();
      await proxy.close();
    }
  });

  it('are plain text by default', async () => {
    await execute('text', tasksWorkflow({ greet: { steps: { hello: 'echo hello; echo world' } } }));
    await finished('text');

    const url = `${at.url}/api/v1/namespaces/${environment().namespace}/workflowexecutions/text/log`;
    const plain = await fetch(url, { headers: at.headers });
    const timed = await fetch(`${url}?timestamps=true`, { headers: at.headers });
    const neither = await fetch(url, { headers: { ...at.headers, accept: 'image/png' } });
    const absurd = await fetch(`${url}?since=yesterday`, { headers: at.headers });

    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    await expect(plain.text()).resolves.toBe('[greet : hello] hello\n[greet : hello] world\n');
    await expect(timed.text()).resolves.toMatch(
      /^(\[greet : hello\] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (hello|world)\n){2}$/,
    );
    expect(neither.status).toBe(406);
    expect(absurd.status).toBe(400);
    await expect(absurd.json()).resolves.toMatchObject({
      errors: [{ field: 'since' }],
    });
  });

  const execute = (...args: Parameters<Environment['execute']>) => environment().execute(...args);
  const finished = (name: string) => environment().finished(name);
  const keyOf = (name: string) => ({ namespace: environment().namespace, name });
  const ours = (name: string) => ({
    namespace: environment().namespace,
    labelSelector: `kubernaut.ai/workflow-execution=${name}`,
  });
  const read = (name: string) => environment().client.get(workflowExecutionResource, keyOf(name));
  const pods = async (name: string) => (await environment().client.list(podResource, ours(name))).items;
});
