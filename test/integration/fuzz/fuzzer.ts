import { randomInt } from 'node:crypto';
import { Client, credentials, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { isRecord, parseJson } from '../../../src/kubernetes/json.ts';
import { withToken } from '../../support/callers.ts';
import type { ApiClient } from '../api/api-client.ts';
import { send, type RawAnswer, type RawRequest } from '../support/raw-request.ts';
import { type FuzzRequest, keepExample, keptExamples } from './examples.ts';
import { anyGrpcRequest, type GrpcRequest } from './grpc-requests.ts';
import { anyRestRequest } from './rest-requests.ts';

const concurrency = 16;
/** Failures of a run that are kept. */
const maxKept = 3;
const service = 'kubernaut.workflowexecution.v1.WorkflowExecutionService';
/** Codes that blame the service, not the request. */
const serverErrors: readonly number[] = [status.UNKNOWN, status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS];

/** Sends hostile requests to a replica and reports those that it answers with an error of its own. */
export class Fuzzer {
  /** Given as WFE_TEST_SEED, it repeats a run. */
  readonly seed = Number(process.env['WFE_TEST_SEED'] ?? randomInt(2 ** 31));
  private readonly client: Client;
  private kept = 0;

  /** @param namespace whose name is `test-fuzz-` and 8 characters */
  constructor(
    private readonly api: ApiClient,
    private readonly namespace: string,
  ) {
    console.log(`seed ${this.seed}: WFE_TEST_SEED=${this.seed} repeats it`);
    const interceptors = [withToken(api.caller?.token ?? '')];
    this.client = new Client(api.grpcAddress, credentials.createInsecure(), { interceptors });
  }

  close(): void {
    this.client.close();
  }

  /** Sends the requests that failed once. */
  replay(): Promise<string[]> {
    return this.sendAll(keptExamples(this.namespace));
  }

  /** Sends random requests; those that fail are kept for {@link replay}. */
  async fuzz(transport: FuzzRequest['transport'], count: number, seed = this.seed): Promise<string[]> {
    return this.sendAll(this.sample(transport, { seed, numRuns: count }), (failed) => {
      if (++this.kept > maxKept) return ` (seed ${seed})`;
      const entry = keepExample(failed, this.namespace);
      return `\n  seed ${seed}; kept in test/integration/fuzz/examples.json: ${entry.slice(0, 4_000)}`;
    });
  }

  private sample(transport: FuzzRequest['transport'], parameters: { seed: number; numRuns: number }): FuzzRequest[] {
    if (transport === 'REST') {
      return fc.sample(anyRestRequest(this.namespace), parameters).map((request) => ({ transport, request }));
    }
    return fc.sample(anyGrpcRequest(this.namespace), parameters).map((request) => ({ transport, request }));
  }

  /** Sends requests, some concurrently; returns a sentence about each that failed. */
  private async sendAll(
    requests: readonly FuzzRequest[],
    onFailure: (failed: FuzzRequest) => string = (failed) => `: ${JSON.stringify(failed).slice(0, 4_000)}`,
  ): Promise<string[]> {
    const todo = [...requests];
    const failures: string[] = [];
    const work = async () => {
      for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
        const { transport, request } = next;
        const failure = await (transport === 'REST' ? this.sendRest(request) : this.sendGrpc(request));
        if (failure !== undefined) failures.push(`${failure}${onFailure(next)}`);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return failures;
  }

  private async sendRest(request: RawRequest): Promise<string | undefined> {
    const answer = await send(this.api, request);
    const { status: code, body } = answer;
    if (code < 200 || code >= 500) return `HTTP ${code} ${body.slice(0, 500)}`;
    if (code < 400 || request.method === 'HEAD') return undefined;
    return isProblem(answer) ? undefined : `HTTP ${code} without a problem: ${body.slice(0, 500)}`;
  }

  private sendGrpc({ method, bytes }: GrpcRequest): Promise<string | undefined> {
    const same = (value: Buffer) => value;
    const failureOf = (error: { code: number; details: string } | null) =>
      error !== null && serverErrors.includes(error.code) ? `gRPC ${status[error.code]} ${error.details}` : undefined;
    return new Promise((resolve) => {
      const path = `/${service}/${method}`;
      if (!/^(Watch|Stream)/.test(method)) {
        this.client.makeUnaryRequest(path, same, same, bytes, (error) => resolve(failureOf(error)));
        return;
      }
      // A watch has no end of its own.
      const stream = this.client.makeServerStreamRequest(path, same, same, bytes);
      stream.once('data', () => stream.cancel());
      stream.once('error', (error: { code: number; details: string } & Error) => resolve(failureOf(error)));
      stream.once('end', () => resolve(undefined));
    });
  }
}

function isProblem({ status: code, headers, body }: RawAnswer): boolean {
  if (!headers.includes('application/problem+json')) return false;
  const problem = parseJson(body);
  if (!isRecord(problem)) return false;
  return problem['status'] === code && problem['detail'] !== '' && String(problem['type']).startsWith('urn:');
}
