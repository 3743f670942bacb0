import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, credentials, status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { maxRequestBytes } from '../../../src/config/limits.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { withToken } from '../../support/callers.ts';
import { recordOf } from '../../../src/kubernetes/json.ts';
import { createRequest, grpcCall } from './grpc-caller.ts';
import { healthOf } from './health.ts';
import { sharedApi } from './shared-api.ts';

const service = 'kubernaut.workflowexecution.v1.WorkflowExecutionService';
const buf = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.bin', 'buf');

const [api] = await sharedApi();

describe('the gRPC server', () => {
  /** `buf curl`, which discovers the service by reflection. */
  const bufCurl = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(buf, [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      ...Object.entries(api.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      ...args,
    ]);
    return stdout;
  };

  it('lists its services by reflection', async () => {
    const services = await bufCurl('--list-services', `http://${api.grpcAddress}`);

    expect(services.trim().split('\n').sort()).toEqual(['grpc.health.v1.Health', service]);
  });

  /** Calls a method: its answer, or the code of its error. */
  const callByReflection = async (method: string, request: object): Promise<unknown> => {
    const answer = bufCurl('-d', JSON.stringify(request), `http://${api.grpcAddress}/${service}/${method}`);
    const output = await answer.catch((error: unknown) => String(recordOf(error)['stderr']));
    const code = /"code": *"(?<code>\w+)"/.exec(output)?.groups?.['code'];
    return code ?? JSON.parse(output);
  };
  const parent = 'namespaces/test-no-such-namespace';
  const name = `${parent}/workflowExecutions/missing`;

  it('answers calls of every method by reflection', async () => {
    const calls: readonly (readonly [method: string, request: object, expected: unknown])[] = [
      ['ListWorkflowExecutions', { parent }, {}],
      ['CreateWorkflowExecution', { parent, workflowExecution: { spec: {} } }, 'invalid_argument'],
      ['GetWorkflowExecution', { name }, 'not_found'],
      ['CancelWorkflowExecution', { name }, 'not_found'],
      ['DeleteWorkflowExecution', { name }, 'not_found'],
      ['StreamWorkflowExecutionLogs', { name }, 'not_found'],
      ['WatchWorkflowExecutions', { parent, resourceVersion: 'x' }, 'invalid_argument'],
    ];

    const answers = await Promise.all(calls.map(([method, request]) => callByReflection(method, request)));

    expect(answers).toEqual(calls.map(([, , expected]) => expected));
  });

  it('reports the health of the service by its name', async () => {
    expect(await healthOf(api, service)).toBe('SERVING');
    expect(await healthOf(api, 'missing')).toContain('unknown');
  });

  /** Calls a method with arbitrary bytes. */
  const send = async (method: string, bytes: Buffer) => {
    const interceptors = [withToken(api.caller?.token ?? '')];
    const client = new Client(api.grpcAddress, credentials.createInsecure(), { interceptors });
    const same = (value: Buffer) => value;
    const { error } = await grpcCall<Buffer>((done) =>
      client.makeUnaryRequest(`/${service}/${method}`, same, same, bytes, (e, r) => done(e, r ?? Buffer.alloc(0))),
    );
    client.close();
    return error;
  };

  it.each([
    ['bytes that are not a message', 'GetWorkflowExecution', Buffer.from([0x0a, 0xff]), status.INVALID_ARGUMENT],
    ['a string that is not UTF-8', 'GetWorkflowExecution', Buffer.from([0x0a, 0x01, 0xff]), status.INVALID_ARGUMENT],
    ['an empty message', 'CreateWorkflowExecution', Buffer.alloc(0), status.INVALID_ARGUMENT],
    ['an unknown method', 'EatWorkflowExecution', Buffer.alloc(0), status.UNIMPLEMENTED],
    [
      'a message that is too large',
      'GetWorkflowExecution',
      Buffer.alloc(maxRequestBytes + 1),
      status.RESOURCE_EXHAUSTED,
    ],
  ])('refuses %s', async (_, method, bytes, code) => {
    expect((await send(method, bytes))?.code).toBe(code);
  });

  it('ignores output-only fields', async () => {
    const request = createRequest('test-no-such-namespace', { spec: aSpec() });
    const workflowExecution = {
      ...request.workflowExecution,
      ...{
        name: 'x',
        uid: 'y',
        resourceVersion: '1',
        generation: 7,
        createTime: { seconds: 0, nanos: 0 },
        deleteTime: undefined,
      },
      ...{ labels: {}, annotations: {} },
    };

    const { error } = await grpcCall((done) =>
      api.grpc.createWorkflowExecution({ ...request, workflowExecution }, done),
    );

    expect(error?.code).toBe(status.NOT_FOUND);
  });
});
