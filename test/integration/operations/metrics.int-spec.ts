import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, credentials, status } from '@grpc/grpc-js';
import { serviceName } from '../../../src/execution/grpc/package-definition.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { scrape } from '../../support/scrape.ts';
import type { ServiceProcess } from '../../support/service.ts';
import { grpcCall } from '../execution/grpc-caller.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { answer } from '../support/faults.ts';
import { until } from '../support/until.ts';
import { Replicas } from './replicas.ts';

const total = 'kubernaut_workflow_execution_total';
const duration = 'kubernaut_workflow_execution_duration_seconds';
const creationErrors = 'kubernaut_pipelinerun_creation_errors_total';
const workflow_id = aSpec().workflowRef.workflowId;

let replicas: Replicas;

beforeEach(async () => {
  replicas = await new Replicas().open();
});

afterEach(() => replicas.close());

/** Executions that a replica has counted, of one outcome or of all. */
async function counted({ metrics }: ServiceProcess, outcome?: string): Promise<number> {
  return (await scrape(metrics)).sum(total, outcome === undefined ? {} : { outcome });
}

/** A status is seen in the cluster a moment before the replica that wrote it has heard so. */
async function untilCounted(service: ServiceProcess, executions: number): Promise<void> {
  await until(`${executions} executions are counted`, async () => (await counted(service)) >= executions);
}

describe('the metrics', () => {
  it('count executions by workflow and outcome, how long they ran, and why they were skipped', async () => {
    const { stage } = replicas;
    const service = await replicas.start();
    await stage.execute('well', skippingWorkflow);
    await stage.execute('badly', waitingWorkflow);
    await stage.phase('badly', 'Running');
    await stage.create('busy', { targetResource: `${stage.namespace}/deployment/badly` });
    await stage.phase('busy', 'Skipped');
    await answerWorkflow(stage.client, stage.namespace, (await stage.pipelineRun('badly')).metadata.name, 'False');
    await stage.phase('badly', 'Failed');
    await stage.phase('well', 'Completed');

    await untilCounted(service, 3);
    const seen = await scrape(service.metrics);
    for (const outcome of ['Success', 'Failed', 'Skipped']) expect(seen.sum(total, { workflow_id, outcome })).toBe(1);
    expect(seen.sum(`${duration}_count`, { workflow_id })).toBe(2);
    expect(seen.values(`${duration}_bucket`, 'le')).toEqual(new Set(['30', '60', '120', '300', '600', '1800', '+Inf']));
    expect(seen.sum('kubernaut_workflow_execution_skips_total', { reason: 'ResourceBusy' })).toBe(1);
    expect(seen.sum('kubernaut_workflow_execution_failures_total', { reason: 'Unknown' })).toBe(1);
    expect(seen.sum('kubernaut_lock_contention_total', { cause: 'held' })).toBe(1);
    expect(seen.sum(creationErrors)).toBe(0);
    for (const [phase, count] of Object.entries({ Pending: 0, Running: 0, Completed: 1, Failed: 1, Skipped: 1 })) {
      expect(seen.sum('kubernaut_workflow_executions', { phase })).toBe(count);
    }
  });

  it('count PipelineRuns that were refused, and not their executions, which have not ended', async () => {
    const { stage } = replicas;
    const service = await replicas.start();
    const refused = stage.proxy.inject({ method: 'POST', path: '/pipelineruns' }, answer(403));
    await stage.execute('refused', skippingWorkflow);
    await stage.until('refused', 'it says why', ({ status }) => status !== undefined);
    await expect(counted(service)).resolves.toBe(0);

    refused.remove();
    await stage.phase('refused', 'Completed');

    await untilCounted(service, 1);
    const seen = await scrape(service.metrics);
    expect(seen.sum(creationErrors)).toBe(refused.hits);
    expect(seen.sum('workqueue_retries_total')).toBe(refused.hits);
    expect(seen.sum('controller_runtime_reconcile_errors_total')).toBe(refused.hits);
    expect(seen.sum('rest_client_requests_total', { method: 'POST', code: '403' })).toBe(refused.hits);
  });

  it('tell how long an execution has been Pending, and its target locked, until it runs and ends', async () => {
    const { stage } = replicas;
    const service = await replicas.start();
    const ages = ['kubernaut_workflow_execution_oldest_pending_seconds', 'kubernaut_lock_longest_held_seconds'];
    const told = async () => {
      const seen = await scrape(service.metrics);
      return ages.map((age) => seen.sum(age));
    };
    const refused = stage.proxy.inject({ method: 'POST', path: '/pipelineruns' }, answer(403));
    await stage.execute('refused', skippingWorkflow);
    await until('both have an age', async () => (await told()).every((age) => age > 0));

    refused.remove();
    await stage.phase('refused', 'Completed');

    await until('neither has one', async () => (await told()).every((age) => age === 0));
  });

  it('tell when the certificate ends that callers are shown, and 0 when there is none', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-metrics-'));
    const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    const { cert, key } = await (await certificateAuthority('test authority')).issue('service');
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
    const withTls = await replicas.start({ WFE_TLS_CERT_FILE: certFile, WFE_TLS_KEY_FILE: keyFile });
    const without = await replicas.start();
    await rm(directory, { recursive: true });

    const end = async ({ metrics }: ServiceProcess) =>
      (await scrape(metrics)).sum('kubernaut_certificate_expiration_timestamp_seconds');
    await expect(end(withTls)).resolves.toBe(new X509Certificate(cert).validToDate.getTime() / 1_000);
    await expect(end(without)).resolves.toBe(0);
  });

  it('count an execution once when the service is killed, also one that ends while there is none', async () => {
    const { stage } = replicas;
    const first = await replicas.start();
    await stage.execute('before', skippingWorkflow);
    await stage.phase('before', 'Completed');
    await stage.execute('meanwhile', waitingWorkflow);
    await stage.until('meanwhile', 'it has started', ({ status }) => status?.startTime !== undefined);
    await untilCounted(first, 1);
    await first.stop('SIGKILL');
    const { metadata } = await stage.pipelineRun('meanwhile');
    await answerWorkflow(stage.client, stage.namespace, metadata.name);
    await stage.pipelineRun('meanwhile', ({ status }) => status.completionTime !== undefined);

    const second = await replicas.start({ WFE_RESYNC: '1s' });
    await stage.phase('meanwhile', 'Completed');
    await stage.execute('after', skippingWorkflow);
    await stage.phase('after', 'Completed');

    await untilCounted(second, 2);
    await untilResynced(second);
    await expect(counted(second)).resolves.toBe(2);
  });

  it('count an execution once when another replica leads, and tell which one does', async () => {
    const { stage } = replicas;
    const settings = { WFE_LEADER_ELECTION: 'true', WFE_LEADER_LEASE: '3s', WFE_RESYNC: '1s' };
    const leads = async ({ metrics }: ServiceProcess) => (await scrape(metrics)).sum('leader_election_master_status');
    const first = await replicas.start(settings);
    await stage.execute('one', skippingWorkflow);
    await stage.phase('one', 'Completed');
    const second = await replicas.start(settings);
    await untilCounted(first, 1);
    expect([await leads(first), await leads(second)]).toEqual([1, 0]);

    await first.stop();
    await stage.execute('two', skippingWorkflow);
    await stage.phase('two', 'Completed');

    await untilCounted(second, 1);
    await untilResynced(second);
    await expect(counted(second)).resolves.toBe(1);
    await expect(leads(second)).resolves.toBe(1);
  });

  it('tell calls apart by route and method, and never by what callers make up', async () => {
    const service = await replicas.start();
    await fetch(`http://${service.http}/api/v1/namespaces/${replicas.stage.namespace}/workflowexecutions`);
    await fetch(`http://${service.http}/made/up`);
    const client = new Client(service.grpc, credentials.createInsecure());
    const nothing = () => Buffer.alloc(0);
    for (const method of ['GetWorkflowExecution', 'MadeUp']) {
      await grpcCall<Buffer>((done) =>
        client.makeUnaryRequest(`/${serviceName}/${method}`, nothing, nothing, nothing(), (e, r) =>
          done(e, r ?? nothing()),
        ),
      );
    }
    client.close();

    const http = 'http_server_request_duration_seconds_count';
    const grpc = 'grpc_server_handling_seconds_count';
    const seen = await scrape(service.metrics);
    const route = '/api/v1/namespaces/:namespace/workflowexecutions';
    expect(seen.values(http, 'route')).toEqual(new Set([route, 'other']));
    expect(seen.sum(http, { method: 'GET', route, code: '401' })).toBe(1);
    expect(seen.sum(http, { route: 'other', code: '404' })).toBe(1);
    expect(seen.values(grpc, 'grpc_method')).toEqual(new Set(['GetWorkflowExecution']));
    expect(seen.values(grpc, 'grpc_code')).toEqual(new Set([status[status.UNAUTHENTICATED]]));
  });

  it('are all described in docs/metrics.md, which describes no others', async () => {
    const { metrics } = await replicas.start();
    const page = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const described = [...page.matchAll(/^\| `(?<name>\w+)` +\| (?:counter|gauge|histogram)/gm)];

    expect((await scrape(metrics)).names).toEqual(new Set(described.map(({ groups }) => groups?.['name'])));
  });

  it('count watches that broke off, and tell what is mirrored, requested and run', async () => {
    const service = await replicas.start();
    const restarts = async () => (await scrape(service.metrics)).sum('kubernaut_watch_restarts_total');
    await expect(restarts()).resolves.toBe(0);

    await until('the watches are open', () => replicas.stage.proxy.cut({ watch: true }) > 0);

    await until('a restart is counted', async () => (await restarts()) > 0);
    const seen = await scrape(service.metrics);
    const mirrored = new Set(['workflowexecutions', 'pipelineruns', 'leases']);
    expect(seen.values('kubernaut_watch_restarts_total', 'resource')).toEqual(mirrored);
    expect(seen.values('kubernaut_store_objects', 'resource')).toEqual(mirrored);
    expect(seen.values('rest_client_requests_total', 'host')).toEqual(
      new Set([new URL(replicas.stage.proxy.url).host]),
    );
    expect(seen.values('kubernaut_workflow_execution_build_info', 'node_version')).toEqual(new Set([process.version]));
  });
});

/** Waits until every execution has been looked at again. */
async function untilResynced(service: ServiceProcess): Promise<void> {
  const reconciles = async () => (await scrape(service.metrics)).sum('controller_runtime_reconcile_total');
  const before = await reconciles();
  await until('everything was looked at again', async () => (await reconciles()) > before + 2);
}
