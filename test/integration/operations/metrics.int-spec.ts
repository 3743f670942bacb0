import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, status } from '@grpc/grpc-js';
import { serviceName } from '../../../src/api/grpc/service-definition.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { certificateAuthority } from '../../support/certificates.ts';
import { scrape } from '../../support/scrape.ts';
import type { ServiceProcess } from '../../support/service.ts';
import { grpcCall } from '../api/grpc-caller.ts';
import { answerWorkflow, skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { answer } from '../support/faults.ts';
import { until } from '../../support/until.ts';
import { Replicas } from './replicas.ts';

const total = 'kubernaut_workflow_execution_total';
const duration = 'kubernaut_workflow_execution_duration_seconds';
const creationErrors = 'kubernaut_pipelinerun_creation_errors_total';
const workflow_id = aSpec().workflowRef.workflowId;

/** Executions that a replica has counted. */
async function counted({ metrics }: ServiceProcess): Promise<number> {
  return (await scrape(metrics)).sum(total);
}

/** 1 for the replica that leads, else 0. */
async function leads({ metrics }: ServiceProcess): Promise<number> {
  return (await scrape(metrics)).sum('leader_election_master_status');
}

/** A status is in the cluster a moment before the replica that wrote it counts it. */
async function untilCounted(service: ServiceProcess, executions: number): Promise<void> {
  await until(`${executions} executions are counted`, async () => (await counted(service)) >= executions);
}

// Counters only grow: each test counts from the current value.
describe('the metrics', () => {
  let replicas: Replicas;
  /** Leads. */
  let service: ServiceProcess;
  /** Serves TLS. */
  let standby: ServiceProcess;
  let cert: string;

  beforeAll(async () => {
    replicas = await new Replicas().open();
    const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-metrics-'));
    const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    const issued = await (await certificateAuthority('test authority')).issue('service');
    cert = issued.cert;
    await writeFile(certFile, cert);
    await writeFile(keyFile, issued.key);
    const election = { WFE_LEADER_ELECTION: 'true', WFE_RESYNC: '1s' };
    service = await replicas.start(election);
    await until('it leads', async () => (await leads(service)) === 1);
    standby = await replicas.start({ ...election, WFE_TLS_CERT_FILE: certFile, WFE_TLS_KEY_FILE: keyFile });
    await rm(directory, { recursive: true });
  });

  afterAll(() => replicas.close());

  it('count executions by workflow and outcome, their durations, and skips and failures by reason', async () => {
    const { fixture } = replicas;
    await fixture.execute('succeeds', skippingWorkflow);
    await fixture.execute('fails', waitingWorkflow);
    await fixture.phase('fails', 'Running');
    await fixture.create('busy', { targetResource: `${fixture.namespace}/deployment/fails` });
    await fixture.phase('busy', 'Skipped');
    await answerWorkflow(
      fixture.client,
      fixture.namespace,
      (await fixture.pipelineRun('fails')).metadata.name,
      'False',
    );
    await fixture.phase('fails', 'Failed');
    await fixture.phase('succeeds', 'Completed');

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

  it('count refused PipelineRuns, and report how long their execution is Pending and holds its lock', async () => {
    const { fixture } = replicas;
    const before = await scrape(service.metrics);
    const ages = ['kubernaut_workflow_execution_oldest_pending_seconds', 'kubernaut_lock_longest_held_seconds'];
    const agesNow = async () => {
      const seen = await scrape(service.metrics);
      return ages.map((age) => seen.sum(age));
    };
    const refused = fixture.proxy.inject({ method: 'POST', path: '/pipelineruns' }, answer(403));
    await fixture.execute('refused', skippingWorkflow);
    await fixture.until('refused', 'it has a status', ({ status }) => status?.phase !== undefined);
    await until('both have an age', async () => (await agesNow()).every((age) => age > 0));
    await expect(counted(service)).resolves.toBe(before.sum(total));

    refused.remove();
    await fixture.phase('refused', 'Completed');

    await untilCounted(service, before.sum(total) + 1);
    await until('neither has an age', async () => (await agesNow()).every((age) => age === 0));
    const after = await scrape(service.metrics);
    const added = (name: string, labels?: Readonly<Record<string, string>>) =>
      after.sum(name, labels) - before.sum(name, labels);
    expect(added(creationErrors)).toBe(refused.hits);
    expect(added('workqueue_retries_total')).toBe(refused.hits);
    expect(added('controller_runtime_reconcile_errors_total')).toBe(refused.hits);
    expect(added('rest_client_requests_total', { method: 'POST', code: '403' })).toBe(refused.hits);
  });

  it('distinguish calls by route and method, not by arbitrary paths', async () => {
    await fetch(`http://${service.http}/api/v1/namespaces/${replicas.fixture.namespace}/workflowexecutions`);
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

  it('are those of docs/metrics.md and of prom-client', async () => {
    const page = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const described = [...page.matchAll(/^\| `(?<name>\w+)` +\| (?:counter|gauge|histogram)/gm)];

    const { names } = await scrape(service.metrics);

    const own = [...names].filter((name) => !/^(process|nodejs)_/.test(name));
    expect(new Set(own)).toEqual(new Set(described.map(({ groups }) => groups?.['name'])));
  });

  it('count watches that broke, and report cached objects, requests and the build', async () => {
    // The leader lists and watches again with each resync; the watches of the other replica last.
    const restarts = async () => (await scrape(standby.metrics)).sum('kubernaut_watch_restarts_total');
    const before = await restarts();

    replicas.fixture.proxy.cut({ watch: true });

    // Of executions the API has a cache and the controller two; both share those of pauses.
    await until('the restart of seven watches is counted', async () => (await restarts()) >= before + 7);
    await expect(restarts()).resolves.toBe(before + 7);
    const seen = await scrape(standby.metrics);
    const cached = new Set(['workflowexecutions', 'pipelineruns', 'leases', 'configmaps', 'namespaces']);
    expect(seen.values('kubernaut_watch_restarts_total', 'resource')).toEqual(cached);
    expect(seen.values('kubernaut_store_objects', 'resource')).toEqual(cached);
    expect(seen.values('rest_client_requests_total', 'host')).toEqual(
      new Set([new URL(replicas.fixture.proxy.url).host]),
    );
    expect(seen.values('kubernaut_workflow_execution_build_info', 'node_version')).toEqual(new Set([process.version]));
  });

  it('report when the certificate expires, and 0 without one', async () => {
    const expiry = async ({ metrics }: ServiceProcess) =>
      (await scrape(metrics)).sum('kubernaut_certificate_expiration_timestamp_seconds');

    await expect(expiry(service)).resolves.toBe(0);
    await expect(expiry(standby)).resolves.toBe(new X509Certificate(cert).validToDate.getTime() / 1_000);
  });

  it('report who leads, and count an execution once, also when the leader stops', async () => {
    const { fixture } = replicas;
    await fixture.execute('meanwhile', waitingWorkflow);
    await fixture.phase('meanwhile', 'Running');
    await expect(leads(standby)).resolves.toBe(0);

    await service.stop();
    const { metadata } = await fixture.pipelineRun('meanwhile');
    await answerWorkflow(fixture.client, fixture.namespace, metadata.name);
    await fixture.phase('meanwhile', 'Completed');
    await fixture.execute('after', skippingWorkflow);
    await fixture.phase('after', 'Completed');

    await untilCounted(standby, 2);
    await untilResynced(standby);
    await expect(counted(standby)).resolves.toBe(2);
    await expect(leads(standby)).resolves.toBe(1);
  });
});

/** Waits until every execution has been reconciled again. */
async function untilResynced(service: ServiceProcess): Promise<void> {
  const reconciles = async () => (await scrape(service.metrics)).sum('controller_runtime_reconcile_total');
  const before = await reconciles();
  await until('everything was reconciled again', async () => (await reconciles()) > before + 2);
}
