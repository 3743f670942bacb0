import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaseResource } from '../../../src/kubernetes/lease.ts';
import { leaderLeaseName } from '../../../src/reconciler/installation.ts';
import { pausingNamespaces } from '../../../src/pauses/pause.ts';
import { pipelineRunResource } from '../../../src/tekton/pipeline-run.ts';
import type { WorkflowExecution } from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { configMaps } from '../support/config-map.ts';
import { reset } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { eventsAbout, eventsUntil } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { waitingWorkflow } from './workflows.ts';

const configMap = 'workflow-execution-pause';
const annotation = 'workflowexecution.kubernaut.ai/paused';

function readyOf({ status }: WorkflowExecution) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Pauses all namespaces; resolves when the leader has acknowledged it. */
async function pauseAll(
  { client, namespace }: ReconcilerFixture,
  data: { paused?: string } = { paused: 'an incident' },
): Promise<void> {
  const metadata = { namespace, name: configMap };
  const { uid } = (await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })).metadata;
  await until('the pause is acknowledged', async () =>
    (await eventsAbout(client, namespace, configMap)).some((event) => event.regarding.uid === uid),
  );
}

function endPause({ client, namespace }: ReconcilerFixture): Promise<void> {
  return client.delete(configMaps, { namespace, name: configMap });
}

/** Annotates the namespace of the fixture, or removes the annotation. */
async function annotate({ client, namespace }: ReconcilerFixture, reason: string | null): Promise<void> {
  await client.patch(pausingNamespaces, { name: namespace }, { metadata: { annotations: { [annotation]: reason } } });
}

async function runsIn({ client, namespace }: ReconcilerFixture): Promise<string[]> {
  const { items } = await client.list(pipelineRunResource, { namespace });
  return items.map(({ metadata }) => metadata.name).sort();
}

describe('while all namespaces are paused', () => {
  const fixture = new ReconcilerFixture();
  const isPaused = (name: string) =>
    fixture.until(name, `${name} is paused`, (execution) => readyOf(execution)?.reason === 'Paused');

  beforeAll(async () => {
    await fixture.open();
    await fixture.startReconciler();
  });

  afterAll(() => fixture.close());

  it('nothing starts, what runs continues, and at the end executions are handled in the order of their creation', async () => {
    await fixture.execute('runs', waitingWorkflow);
    await fixture.phase('runs', 'Running');
    await pauseAll(fixture);
    const targetResource = `${fixture.namespace}/deployment/same`;
    const [first, second] = ['z-first', 'a-second'];
    await fixture.execute(first, waitingWorkflow, { targetResource });
    await isPaused(first);
    await fixture.execute(second, waitingWorkflow, { targetResource });
    const paused = await isPaused(second);

    expect(phaseOf(paused)).toBe('Pending');
    expect(readyOf(paused)?.message).toMatch(
      /^Waits for the end of a pause. All namespaces are paused since \S+Z by \S+: an incident$/,
    );
    expect(paused.status?.conditions?.find(({ type }) => type === 'PipelineRunCreated')?.status).toBe('Unknown');
    await fixture.completeTask('runs');
    await fixture.phase('runs', 'Completed');
    await expect(runsIn(fixture)).resolves.toHaveLength(1);

    await endPause(fixture);
    await fixture.phase(first, 'Running');
    const { status } = await fixture.phase(second, 'Skipped');
    expect(status?.skip).toMatchObject({ reason: 'ResourceBusy', conflictingExecution: { name: first } });
    await eventsUntil(fixture.client, fixture.namespace, configMap, 'Resumed');
  });

  it('a ConfigMap without a reason pauses since its creation', async () => {
    await pauseAll(fixture, {});
    await fixture.execute('no-reason', waitingWorkflow);
    const paused = await isPaused('no-reason');
    const { metadata } = await fixture.client.get(configMaps, { namespace: fixture.namespace, name: configMap });
    expect(readyOf(paused)?.message).toContain(
      `All namespaces are paused since ${metadata.creationTimestamp}, without`,
    );
    await endPause(fixture);
    await fixture.phase('no-reason', 'Running');
  });

  it('each pause and each reason has an Event of its own', async () => {
    const events = () => eventsAbout(fixture.client, 'default', fixture.namespace);
    const reported = (reason: string) =>
      until(`${reason} is reported`, async () => (await events()).some(({ note }) => note.includes(`: ${reason}.`)));
    await annotate(fixture, 'first');
    await reported('first');
    await annotate(fixture, 'changed');
    await reported('changed');
    await annotate(fixture, null);
    await eventsUntil(fixture.client, 'default', fixture.namespace, 'Resumed');
    await annotate(fixture, 'second');
    await reported('second');
    expect((await events()).map(({ reason, note }) => [reason, /: (\w+)\./.exec(note)?.[1]])).toEqual([
      ['Paused', 'first'],
      ['Paused', 'changed'],
      ['Resumed', undefined],
      ['Paused', 'second'],
    ]);
    await annotate(fixture, null);
  });

  it('an execution can be cancelled and deleted', async () => {
    await annotate(fixture, 'maintenance');
    await fixture.execute('cancelled', waitingWorkflow);
    await fixture.execute('deleted', waitingWorkflow);
    await Promise.all(['cancelled', 'deleted'].map(isPaused));
    await fixture.cancel('cancelled');
    await fixture.phase('cancelled', 'Failed');
    await fixture.delete('deleted');
    await fixture.gone('deleted');
    await annotate(fixture, null);
  });
});

it('a namespace is paused by its annotation', async () => {
  await using fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
  await annotate(fixture, 'maintenance');
  await eventsUntil(fixture.client, 'default', fixture.namespace, 'Paused');
  await fixture.execute('wfe', waitingWorkflow);
  const paused = await fixture.until('wfe', 'it is paused', (execution) => readyOf(execution)?.reason === 'Paused');
  expect(readyOf(paused)?.message).toMatch(/ Namespace \S+ is paused since \S+Z by \S+: maintenance$/);
  await expect(runsIn(fixture)).resolves.toEqual([]);

  await annotate(fixture, null);

  await fixture.phase('wfe', 'Running');
});

it('a PipelineRun that was created before the pause is adopted by the next leader', async () => {
  await using fixture = await new ReconcilerFixture().open();
  const lost = fixture.proxy.inject({ method: 'PATCH', path: /\/workflowexecutions\/[^/]+\/status$/ }, reset());
  const first = await fixture.startReconciler();
  await fixture.execute('wfe', waitingWorkflow);
  await fixture.startedRun('wfe');
  await until('a status was lost', () => lost.hits > 0);
  await first.stop();
  lost.remove();
  await annotate(fixture, 'maintenance');

  await fixture.startReconciler();

  await fixture.phase('wfe', 'Running');
});

it('nothing starts after the acknowledgement of a pause during a burst, also when the leader changes', async () => {
  await using fixture = await new ReconcilerFixture().open();
  const proxies = [fixture.proxy, await fixture.openProxy()];
  const replicas = await Promise.all(
    proxies.map((proxy) => fixture.startReconciler({ leaderElection: true, workers: 4 }, proxy)),
  );
  const containerImage = await fixture.publish('burst', waitingWorkflow);
  const workflowRef = { ...aSpec().workflowRef, containerImage };
  const create = (name: string) => fixture.create(name, { workflowRef });
  const burst = Array.from({ length: 60 }, (_, index) => `burst-${index}`);
  const creating = Promise.all(burst.map(create));
  await until('some have started', async () => (await runsIn(fixture)).length >= 5);

  await pauseAll(fixture);
  const atPause = await runsIn(fixture);
  await creating;
  const leader = proxies[0]?.seen({ method: 'POST', path: '/pipelineruns' }).length === 0 ? 1 : 0;
  await replicas[leader]?.stop();
  const isAcknowledgedAgain = async () => {
    const events = await eventsAbout(fixture.client, fixture.namespace, configMap);
    return events.filter(({ reason }) => reason === 'Paused').length === 2;
  };
  await until('the next leader acknowledges the pause', isAcknowledgedAgain, 60_000);
  await create('late');
  await fixture.until('late', 'it is paused', (execution) => readyOf(execution)?.reason === 'Paused');
  const { items } = await fixture.client.list(workflowExecutionResource, { namespace: fixture.namespace });

  expect(atPause.length).toBeLessThan(burst.length);
  await expect(runsIn(fixture)).resolves.toEqual(atPause);
  expect(items.filter((execution) => phaseOf(execution) === 'Running')).toHaveLength(atPause.length);
  const { spec } = await fixture.client.get(leaseResource, { namespace: fixture.namespace, name: leaderLeaseName });
  expect(spec.leaseTransitions).toBe(1);

  await endPause(fixture);
  await until('all have started', async () => (await runsIn(fixture)).length === burst.length + 1);
}, 120_000);
