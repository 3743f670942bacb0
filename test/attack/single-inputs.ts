import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { pageSizes } from '../../src/config/limits.ts';
import { Random } from '../chaos/plan/random.ts';
import { createNamespaces } from '../chaos/harness/namespaces.ts';
import { systemNamespace } from '../support/service-account.ts';
import { Counter, type Attack } from './attackers/attack.ts';
import { collection, jsonHeaders } from './attackers/bodies.ts';
import { head, HttpConnection } from './attackers/connection.ts';
import { documentInputs, patternInputs, violationInputs } from './attackers/documents.ts';
import { call, field, framed, methods, session, varint } from './attackers/grpc.ts';
import { usedCpuMs } from './harness/processes.ts';
import { createLarge, type Fixture } from './harness/fixture.ts';

/** Maximum CPU time of the event loop for a single input, in milliseconds. */
export const singleInputMs = 50;

/** How often each is sent: the first runs are not compiled yet, and one may include an unrelated garbage collection. */
const rounds = 7;

/** Executions of the largest page, of 4 KB. */
const wide = { count: pageSizes.max, annotationBytes: 3_000 };

/** Measurements of one input. */
export interface InputFigures {
  readonly input: string;
  /** Status of the response. */
  readonly answer: string;
  readonly medianMs: number;
  readonly worstMs: number;
}

type Send = () => Promise<string>;

/**
 * Sends the worst single inputs one at a time to the first process and measures the CPU time of its main thread until it is
 * idle. No turn of its event loop was longer, and other load on the machine does not increase it.
 */
export async function measureInputs(fixture: Fixture, signal: AbortSignal): Promise<readonly InputFigures[]> {
  const { processes, api, target } = fixture;
  const [attacked] = processes;
  if (attacked === undefined) throw new Error('there is no process to attack');
  const { pid } = attacked.service;
  const many = `${target.namespace}-wide`;
  await createNamespaces(api, { executions: [many], service: systemNamespace });
  await createLarge(api, many, wide);
  const figures: InputFigures[] = [];
  for (const [input, send] of inputsOf({ target, random: new Random(1), counter: new Counter(), signal }, many)) {
    const took: number[] = [];
    let answer = '';
    for (let round = 0; round < rounds; round++) {
      const before = await whenIdle(pid, signal);
      answer = await send();
      took.push((await whenIdle(pid, signal)) - before);
    }
    took.sort((a, b) => a - b);
    figures.push({ input, answer, medianMs: took[rounds >> 1] ?? NaN, worstMs: took.at(-1) ?? NaN });
  }
  return figures;
}

/** A process is idle if it used less than this CPU time within an interval; all in milliseconds. */
const idle = { everyMs: 20, cpuMs: 0.5, giveUpMs: 20_000 };

/** Waits until a process is idle; returns the CPU time that it used meanwhile, in milliseconds. */
async function whenIdle(pid: number, signal: AbortSignal): Promise<number> {
  const end = performance.now() + idle.giveUpMs;
  for (let before = usedCpuMs(pid); ;) {
    await delay(idle.everyMs, undefined, { signal });
    const now = usedCpuMs(pid);
    if (now - before < idle.cpuMs) return now;
    if (performance.now() > end) throw new Error('the service is never idle');
    before = now;
  }
}

function inputsOf(attack: Attack, many: string): readonly (readonly [string, Send])[] {
  const all = [patternInputs(attack), violationInputs(attack), documentInputs()];
  const documents = all.flatMap((inputs) => Object.entries(inputs.documents));
  const messages = all.flatMap((inputs) => Object.entries(inputs.messages));
  const calls = [methods.create, methods.list, methods.health, methods.reflection].flatMap((path) =>
    messages.map(([name, message]) => [`${name} to ${path.slice(path.lastIndexOf('/') + 1)}`, path, message] as const),
  );
  return [
    ...documents.map(([name, text]) => [`REST: ${name}`, () => post(attack, Buffer.from(text))] as const),
    ...calls.map(([name, path, message]) => [`gRPC: ${name}`, () => callOnce(attack, path, message)] as const),
    ...compressed(attack),
    ...answers(attack, many),
  ];
}

/** Sends one request over a new connection. */
async function request({ target: { ports } }: Attack, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const connection = new HttpConnection({ port: ports.http, tls: 'http/1.1' });
  const status = await connection.send(...parts);
  connection.close();
  return `HTTP ${status}`;
}

function post(attack: Attack, body: Buffer, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const headers = jsonHeaders(body.length, attack.target.token, more);
  return request(attack, head('POST', collection(attack, '?validateOnly=true'), headers), body);
}

async function callOnce({ target: { ports, token } }: Attack, path: string, message: Buffer): Promise<string> {
  const connection = session(ports.grpc);
  const status = await call(connection, path, framed(message), { token });
  connection.destroy();
  return `gRPC ${status}`;
}

function compressed(attack: Attack): readonly (readonly [string, Send])[] {
  const spaces = Buffer.alloc(64 * 2 ** 20, ' ');
  return [
    ['REST: 64 MiB in gzip', () => post(attack, gzipSync(spaces), { 'Content-Encoding': 'gzip' })],
    ['REST: 64 MiB in Brotli', () => post(attack, brotliCompressSync(spaces), { 'Content-Encoding': 'br' })],
  ];
}

/** Small requests with large headers or large responses. */
function answers(attack: Attack, many: string): readonly (readonly [string, Send])[] {
  const { target } = attack;
  const authorized = { Authorization: `Bearer ${target.token}` };
  const get = (path: string, more = {}) => request(attack, head('GET', path, { ...authorized, ...more }));
  const page = (namespace: string) => `/api/v1/namespaces/${namespace}/workflowexecutions?limit=${pageSizes.max}`;
  const list = (namespace: string) =>
    Buffer.concat([field(1, `namespaces/${namespace}`), varint(2 * 8), varint(pageSizes.max)]);
  const headers = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`x${at}`, 'y']));
  return [
    ['REST: the largest page of executions', () => get(page(many))],
    ['REST: a page of large executions', () => get(page(target.namespace))],
    ['REST: an execution of 200 KB', () => get(`${collection(attack)}/large-0`)],
    ['gRPC: the largest page of executions', () => callOnce(attack, methods.list, list(many))],
    ['gRPC: a page of large executions', () => callOnce(attack, methods.list, list(target.namespace))],
    ['REST: a label selector of 1,024 requirements', () => get(`${page(many)}&labelSelector=${'a,'.repeat(1_023)}a`)],
    ['REST: 900 headers', () => get(page(target.namespace), headers)],
    ['REST: a header of 15 KB', () => get(`/${'x'.repeat(15_000)}`)],
    ['REST: the OpenAPI document', () => get('/openapi.json')],
    ['REST: Swagger UI', () => get('/docs/swagger-ui-bundle.js')],
  ];
}

/** The most expensive inputs, and those that once exceeded the limit, as text. */
export function inputsReport(figures: readonly InputFigures[]): string {
  const sorted = figures.toSorted((a, b) => b.medianMs - a.medianMs);
  const most = sorted.filter(({ worstMs }, at) => at < 15 || worstMs > singleInputMs);
  const rows = most.map(
    ({ input, answer, medianMs, worstMs }) =>
      `${medianMs.toFixed(1).padStart(8)} ${worstMs.toFixed(1).padStart(8)}  ${input} (${answer})`,
  );
  return ['', ' CPU ms:  median, worst, of the inputs that took most', ...rows, ''].join('\n');
}

/** Inputs that blocked the event loop too long or were not answered. */
export function inputViolations(figures: readonly InputFigures[]): readonly string[] {
  return figures.flatMap(({ input, answer, medianMs }) => [
    ...(medianMs <= singleInputMs ? [] : [`${input} took ${medianMs.toFixed(0)} ms of CPU time`]),
    ...(isFailure(input, answer) ? [`${input} was answered ${answer}`] : []),
  ]);
}

/** The health and reflection services, decoded by grpc-js, return INTERNAL for undecodable messages. */
function isFailure(input: string, answer: string): boolean {
  if (answer === 'gRPC 13') return !/ to (Check|ServerReflectionInfo)$/.test(input);
  return /^(HTTP 0|HTTP 50\d|gRPC (-1|2))$/.test(answer);
}
