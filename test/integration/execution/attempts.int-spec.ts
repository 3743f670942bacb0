import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CreateWorkflowExecutionRequest,
  WorkflowExecutionServiceClient,
} from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { callerOf, operatorCaller, type TestCaller, withToken } from '../../support/callers.ts';
import { serviceKubeconfig } from '../../support/service-account.ts';
import { type ServiceProcess, startService } from '../../support/service.ts';
import { sharedCluster } from '../support/cluster.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { createRequest, grpcCall } from './grpc-caller.ts';

const kubernetes = new KubernetesClient(sharedCluster());
const secret = 'a value that nobody should read';
const value = "a value that is nobody's business";

describe('an attempt to change something leaves a line in the log', () => {
  let namespace: TestNamespace;
  let directory: string;
  let service: ServiceProcess;
  let operator: TestCaller;
  let stranger: TestCaller;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-attempts-'));
    namespace = await createNamespace(kubernetes, 'attempts');
    operator = await operatorCaller(kubernetes);
    stranger = await callerOf(kubernetes, { namespace: namespace.name, name: 'stranger' });
    const cluster = {
      kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
      kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
    };
    service = await startService({
      kubeconfig: await serviceKubeconfig(cluster, directory),
      settings: { WFE_WATCH_NAMESPACES: namespace.name, WFE_LEADER_ELECTION: 'false' },
    });
  });

  afterAll(async () => {
    await service.stop();
    await namespace.delete();
    await rm(directory, { recursive: true });
  });

  /** A creation over gRPC by somebody. */
  const create = async (token: string, request: CreateWorkflowExecutionRequest) => {
    const interceptors = [withToken(token)];
    const client = new WorkflowExecutionServiceClient(service.grpc, credentials.createInsecure(), { interceptors });
    const { error } = await grpcCall((done) => client.createWorkflowExecution(request, done));
    client.close();
    return error;
  };

  const lines = () =>
    service.log
      .filter((line) => line.includes('"context":"Access"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  /** The line with which the log tells of an attempt of this test's own. */
  const lineOf = async (requestId: string) => {
    await until(`the log has ${requestId}`, () => lines().some((line) => line['requestId'] === requestId));
    return lines().filter((line) => line['requestId'] === requestId);
  };

  const request = (requestId: string, spec = aSpec({ parameters: { MESSAGE: value, API_TOKEN: secret } })) =>
    createRequest(namespace.name, { requestId, spec });

  it('when it succeeds, with who and what', async () => {
    await create(operator.token, request('good'));

    expect(await lineOf('good')).toEqual([
      expect.objectContaining({
        ...{ level: 'info', user: operator.username, verb: 'create', namespace: namespace.name, result: 'OK' },
        ...{ transport: 'gRPC', remote: '127.0.0.1', name: expect.stringMatching(/^wfe-[0-9a-f]{32}$/) },
      }),
    ]);
  });

  it.each([
    ['the request breaks a rule', 'broken', () => operator.token, 'INVALID_ARGUMENT', () => operator.username],
    ['the caller may not', 'denied', () => stranger.token, 'PERMISSION_DENIED', () => stranger.username],
    ['nobody knows the caller', 'unknown', () => 'nonsense', 'UNAUTHENTICATED', () => undefined],
  ])('when %s', async (_, requestId, token, result, user) => {
    await create(token(), request(requestId, aSpec({ targetResource: 'x' })));

    const [line, ...more] = await lineOf(requestId);
    expect(line).toMatchObject({ result, verb: 'create', namespace: namespace.name });
    expect(line?.['user']).toBe(user());
    expect(more).toEqual([]);
  });

  it('over REST too, with the same fields', async () => {
    const path = `/api/v1/namespaces/${namespace.name}/workflowexecutions/nobody?uid=x`;
    const headers = { authorization: `Bearer ${operator.token}` };

    await fetch(`http://${service.http}${path}`, { method: 'DELETE', headers });

    await until('the log has it', () => lines().some((line) => line['verb'] === 'delete'));
    expect(lines().find((line) => line['verb'] === 'delete')).toEqual({
      ...{ level: 'info', time: expect.any(String), context: 'Access', msg: 'delete NOT_FOUND' },
      ...{ execution: `${namespace.name}/nobody`, namespace: namespace.name, name: 'nobody', verb: 'delete' },
      ...{ user: operator.username, transport: 'REST', remote: '127.0.0.1', result: 'NOT_FOUND' },
    });
  });

  it('and has no values of parameters, and nothing in the log has tokens or values of secret parameters', () => {
    // The audit events that go to this log, for want of data storage, have the values of the others.
    expect(JSON.stringify(lines())).not.toContain(value);
    const log = service.log.join('\n');

    for (const hidden of [operator.token, stranger.token, 'nonsense', secret]) expect(log).not.toContain(hidden);
  });
});
