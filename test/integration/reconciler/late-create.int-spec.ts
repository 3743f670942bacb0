import { expect, it } from '@jest/globals';
import type { Exchange } from '../support/exchange.ts';
import { answer, statusOf } from '../support/faults.ts';
import { ReconcilerFixture } from './fixture.ts';
import { skippingWorkflow } from './workflows.ts';

it('an execution follows a create that is delivered after its client has gone and the next one was refused', async () => {
  await using fixture = await new ReconcilerFixture().open();
  // The dry run that compares a PipelineRun names no timeout.
  const creates = { method: 'POST', path: '/pipelineruns', query: /timeout=/ };
  const { promise: isDue, resolve: deliver } = Promise.withResolvers<void>();
  const delivered = async (exchange: Exchange) => {
    await exchange.received();
    exchange.reset();
    await isDue;
    await exchange.forward();
  };
  fixture.proxy.inject(creates, delivered, 1);
  const denial = statusOf(403, 'admission webhook "policy.example.org" denied the request: no');
  fixture.proxy.inject(creates, answer(403, { body: JSON.stringify(denial) }));
  await fixture.startReconciler();
  await fixture.execute('wfe', skippingWorkflow);
  await fixture.until('wfe', 'its end waits', ({ status }) =>
    Boolean(status?.conditions?.some(({ reason }) => reason === 'StartUnconfirmed')),
  );

  deliver();

  const { status } = await fixture.phase('wfe', 'Completed');
  expect(status?.pipelineRunRef).toBeDefined();
});
