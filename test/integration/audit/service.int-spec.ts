import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { freePorts } from '../../cluster/ports.ts';
import { contractFaults } from '../../data-storage/index.ts';
import { scrape } from '../../support/scrape.ts';
import { Replicas } from '../operations/replicas.ts';
import { skippingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../../support/until.ts';
import { auditOf } from './fixture.ts';

const logging = new Replicas();
const waiting = new Replicas();

beforeAll(() => Promise.all([logging.open(), waiting.open()]));
afterAll(() => Promise.all([logging.close(), waiting.close()]));

describe('a service', () => {
  it.concurrent('without data storage writes audit events to its log, and logs that at startup', async () => {
    const { fixture } = logging;
    const service = await logging.start();
    expect(service.log.join('\n')).toContain('WFE_DATA_STORAGE_URL');

    await fixture.execute('wfe', skippingWorkflow);
    const execution = await fixture.until('wfe', 'its events are logged', (seen) => auditOf(seen)?.reason === 'Logged');

    expect(auditOf(execution)?.status).toBe('True');
    const events = service.log.map((line) => recordOf(parseJson(line))['audit']).filter((event) => event !== undefined);
    expect(events.map((event) => recordOf(event)['event_type'])).toEqual([
      'workflowexecution.selection.completed',
      'workflowexecution.execution.started',
      'workflowexecution.workflow.completed',
    ]);
    expect(events.flatMap(contractFaults)).toEqual([]);
  });

  it.concurrent('is ready while data storage is down, and reports the number and age of pending events', async () => {
    const { fixture } = waiting;
    const { nobody } = await freePorts(['nobody']);
    const service = await waiting.start({ WFE_DATA_STORAGE_URL: `http://127.0.0.1:${nobody}` });
    await fixture.execute('wfe', skippingWorkflow);
    await fixture.phase('wfe', 'Completed');
    await until('three events wait, and have been tried', async () => {
      const seen = await scrape(service.metrics);
      const waits = seen.sum('kubernaut_audit_events_pending') === 3;
      return waits && seen.sum('kubernaut_audit_deliveries_retried_total') > 0;
    });
    await until('the oldest is older than a second', async () => {
      return (await scrape(service.metrics)).sum('kubernaut_audit_oldest_pending_seconds') > 1;
    });

    const ready = await fetch(`http://${service.health}/readyz`);

    expect(ready.status).toBe(200);
  });
});
