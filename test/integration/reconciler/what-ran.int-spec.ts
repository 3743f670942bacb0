import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubectl } from '../../support/product.ts';
import { eventsUntil } from './events.ts';
import { ReconcilerFixture } from './fixture.ts';
import { answerTask, reportingWorkflow, skippingWorkflow } from './workflows.ts';
import { cluster } from '../support/cluster.ts';

let fixture: ReconcilerFixture;

beforeAll(async () => {
  fixture = await new ReconcilerFixture().open();
  await fixture.startReconciler();
});

afterAll(() => fixture.close());

describe('an execution', () => {
  it.concurrent('says how many tasks are done, and then what its Pipeline resulted in, without secrets', async () => {
    await fixture.execute('reporting', reportingWorkflow, { parameters: { DB_PASSWORD: 'correcthorse' } });
    const { client, namespace } = fixture;
    const run = (await fixture.startedRun('reporting')).metadata.name;
    const says = (text: string) =>
      fixture.until('reporting', `it says "${text}"`, ({ status }) => status?.message?.startsWith(text) ?? false);

    await says('0 of 3 tasks done; check running since 2');
    await answerTask(client, namespace, run, 'check', { node: 'w1', log: 'with correcthorse' });
    await says('1 of 3 tasks done; drain-node running since 2');
    await answerTask(client, namespace, run, 'drain-node');
    await answerTask(client, namespace, run, 'report');

    const { status } = await fixture.phase('reporting', 'Completed');
    expect(status?.results).toEqual([
      { name: 'node', value: 'w1' },
      { name: 'log', value: '(withheld: it may quote the value of the secret parameter DB_PASSWORD)' },
    ]);
    const described = await kubectl(cluster, 'describe', 'wfe', 'reporting', '-n', namespace);
    expect(described).toMatch(/Bundle Digest: +sha256:[0-9a-f]{64}\n[^]+Results:\n +Name: +node\n +Value: +w1\n/);
  });

  it.concurrent('has an Event about parameters that its workflow does not declare', async () => {
    await fixture.execute('misspelt', skippingWorkflow, { parameters: { MEMORY_LIMT: '1Gi' } });

    const { client, namespace } = fixture;
    const events = await eventsUntil(client, namespace, 'misspelt', 'UndeclaredParameters', 'Completed');

    expect(events).toContainEqual(
      expect.objectContaining({ type: 'Warning', note: expect.stringContaining('MEMORY_LIMT') }),
    );
  });
});
