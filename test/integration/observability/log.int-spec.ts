import { once } from 'node:events';
import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { callerOf, operatorCaller, type TestCaller } from '../../support/callers.ts';
import { connectApi } from '../api/api-client.ts';
import { createRequest, grpcCall } from '../api/grpc-caller.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { endCancelledTask, skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../../support/until.ts';
import { exchange } from '../support/raw-request.ts';
import { observe, type ObservedService } from './observed-service.ts';

const secret = 'a value that nobody may read';
const value = "a value that is nobody's business";

const fixture = new ReconcilerFixture();
let service: ObservedService;
let operator: TestCaller;
let stranger: TestCaller;

beforeAll(async () => {
  await fixture.open();
  operator = await operatorCaller(fixture.client);
  stranger = await callerOf(fixture.client, { namespace: fixture.namespace, name: 'stranger' });
  service = await observe(fixture.namespace, { WFE_AUTH: 'kubernetes', WFE_LOG_LEVEL: 'debug' });
});

afterAll(async () => {
  await service.stop();
  await fixture.close();
});

/** Lines of a part of the service. */
const linesOf = (part: string) => service.lines().filter(({ context }) => context === part);

describe('the log of API calls', () => {
  const calls = () => linesOf('Access');

  /** Creates an execution over gRPC, or tries to. */
  const attempt = async (token: string, requestId: string, targetResource = aSpec().targetResource) => {
    const { http, grpc } = service;
    const { api, close } = connectApi({ url: `http://${http}`, grpcAddress: grpc });
    const spec = aSpec({ targetResource, parameters: { MESSAGE: value, API_TOKEN: secret } });
    const request = createRequest(fixture.namespace, { requestId, spec });
    await grpcCall((done) => api.as(token).grpc.createWorkflowExecution(request, done));
    close();
  };

  /** Creates an execution over gRPC; returns the log lines of this call. */
  const create = async (...request: Parameters<typeof attempt>) => {
    const [, requestId] = request;
    await attempt(...request);
    const lines = () => calls().filter((line) => line['requestId'] === requestId);
    await until(`the log has ${requestId}`, () => lines().length > 0);
    return lines();
  };

  it('has who created what', async () => {
    expect(await create(operator.token, 'good')).toEqual([
      expect.objectContaining({
        ...{ level: 'info', user: operator.username, verb: 'create', namespace: fixture.namespace, result: 'OK' },
        ...{ transport: 'gRPC', remote: '127.0.0.1', name: expect.stringMatching(/^wfe-[0-9a-f]{32}$/) },
      }),
    ]);
  });

  it.each([
    ['an invalid request', 'invalid', () => operator.token, 'INVALID_ARGUMENT', () => operator.username],
    ['a caller without the right', 'denied', () => stranger.token, 'PERMISSION_DENIED', () => stranger.username],
  ])('has one line for %s', async (_, requestId, token, result, user) => {
    const lines = await create(token(), requestId, 'x');

    expect(lines).toEqual([expect.objectContaining({ result, verb: 'create', namespace: fixture.namespace })]);
    expect(lines[0]?.['user']).toBe(user());
  });

  it('has one line for an unauthenticated caller, whose request is not read', async () => {
    await attempt('nonsense', 'unread');

    const lines = () => calls().filter(({ result }) => result === 'UNAUTHENTICATED');
    await until('the log has it', () => lines().length > 0);
    expect(lines()).toEqual([
      {
        ...{ level: 'info', time: expect.any(String), context: 'Access', msg: 'create UNAUTHENTICATED' },
        ...{ verb: 'create', transport: 'gRPC', remote: '127.0.0.1', result: 'UNAUTHENTICATED' },
      },
    ]);
  });

  it('has the same fields for REST', async () => {
    const headers = { authorization: `Bearer ${operator.token}` };

    await fetch(`${service.url}/nobody?uid=x`, { method: 'DELETE', headers });

    const deletions = () => calls().filter(({ verb }) => verb === 'delete');
    await until('the log has it', () => deletions().length > 0);
    expect(deletions()).toEqual([
      {
        ...{ level: 'info', time: expect.any(String), context: 'Access', msg: 'delete NOT_FOUND' },
        ...{ execution: `${fixture.namespace}/nobody`, namespace: fixture.namespace, name: 'nobody', verb: 'delete' },
        ...{ user: operator.username, transport: 'REST', remote: '127.0.0.1', result: 'NOT_FOUND' },
      },
    ]);
  });

  it('has no parameter values; nothing in the log has tokens or secret parameters', async () => {
    await create(operator.token, 'taken');
    await create(operator.token, 'refused', 'x');
    await create(stranger.token, 'forbidden');
    await attempt('nonsense', 'unread');
    await until('the log has all', () => calls().some(({ result }) => result === 'UNAUTHENTICATED'));

    // Audit events that are logged without data storage have the values of other parameters.
    expect(JSON.stringify(calls())).not.toContain(value);
    const log = service.log.join('\n');

    for (const hidden of [operator.token, stranger.token, 'nonsense', secret]) expect(log).not.toContain(hidden);
  });
});

describe('the log of malformed requests', () => {
  it('does not have a token followed by a character that gRPC does not allow', async () => {
    const client = connect(`http://${service.grpc}`);
    const authorization = `Bearer ${operator.token}\u00a0`;
    const method = '/kubernaut.workflowexecution.v1.WorkflowExecutionService/ListWorkflowExecutions';
    const call = client.request({
      ...{ ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers', authorization },
    });
    const [answer] = (await once(call, 'response')) as [Record<string, unknown>];
    client.destroy();

    expect(answer).toMatchObject({ 'grpc-status': '16' });
    expect(service.log.join('\n')).not.toContain(operator.token);
  });

  it('does not have the request target, of whose port Node.js warns', async () => {
    const target = 'http://operator:hidden@host:port/livez';
    const head = `GET ${target} HTTP/1.1\r\nhost: host\r\nconnection: close\r\n\r\n`;
    const { status } = await exchange({ url: `http://${service.http}` }, head);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(service.log.join('\n')).not.toContain('hidden');
  });
});

describe('the log of the reconciler', () => {
  const linesAbout = (name: string) =>
    linesOf('Reconciler').filter(({ execution }) => execution === `${fixture.namespace}/${name}`);
  const logged = (name: string, message: string) =>
    until(`${name}: ${message}`, () => linesAbout(name).some(({ msg }) => msg === message));

  it('has each event of an execution once, with its name and UID', async () => {
    const { metadata } = await fixture.execute('logged', skippingWorkflow);
    await fixture.phase('logged', 'Completed');
    await fixture.delete('logged');
    await fixture.gone('logged');
    await logged('logged', 'execution deleted');

    const life = linesAbout('logged').filter(({ level }) => level === 'info');
    expect(life.map(({ msg }) => msg)).toEqual([...new Set(life.map(({ msg }) => msg))]);
    expect(life.at(0)).toMatchObject({ msg: 'execution created' });
    expect(life).toContainEqual(expect.objectContaining({ outcome: 'Success', durationSeconds: expect.any(Number) }));
    expect(life.at(-1)).toMatchObject({ msg: 'execution deleted' });
    expect(service.lines().filter(({ uid }) => uid === metadata.uid).length).toBeGreaterThanOrEqual(life.length);
    expect(new Set(linesAbout('logged').map(({ uid }) => uid))).toEqual(new Set([metadata.uid]));
  });

  it('has a cancellation once', async () => {
    await fixture.execute('cancelled', waitingWorkflow);
    await fixture.phase('cancelled', 'Running');
    // Tekton does not start a task of a run that was cancelled before.
    await fixture.pipelineRun('cancelled', ({ status }) => status.childReferences.length > 0);
    await fixture.cancel('cancelled');
    await endCancelledTask(fixture.client, fixture.namespace);
    await fixture.until('cancelled', 'it has ended', (execution) => phaseOf(execution) === 'Failed');
    await logged('cancelled', 'execution ended');

    const life = linesAbout('cancelled').filter(({ level }) => level === 'info');
    expect(life.filter(({ msg }) => msg === 'execution is being cancelled')).toHaveLength(1);
    expect(life.at(-1)).toMatchObject({ msg: 'execution ended', reason: 'Cancelled' });
  });
});
