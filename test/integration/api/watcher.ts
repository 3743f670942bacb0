import { get, type IncomingMessage } from 'node:http';
import { status, type ServiceError } from '@grpc/grpc-js';
import {
  WatchWorkflowExecutionsRequest,
  type WatchWorkflowExecutionsResponse,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { until } from '../../support/until.ts';
import type { ApiClient } from './api-client.ts';

/** Parameters of a watch on either transport, with the names that REST has. */
export interface WatchRequest extends Partial<Omit<WatchWorkflowExecutionsRequest, 'parent' | 'workflowExecutionId'>> {
  readonly name?: string;
}

/** An event from either transport. */
export interface ReceivedEvent {
  readonly type: string;
  /** Absent for synced and bookmark. */
  readonly name?: string;
  readonly uid?: string;
  readonly version?: string;
  readonly resourceVersion: string;
}

/** The state of a client after these events: the resource version of each execution, by name. */
export function stateAfter(events: readonly ReceivedEvent[]): Map<string, string | undefined> {
  const state = new Map<string, string | undefined>();
  for (const { type, name, version } of events) {
    if (name !== undefined && type === 'updated') state.set(name, version);
    if (name !== undefined && type === 'deleted') state.delete(name);
  }
  return state;
}

/** What ended a watch; `kind` is the gRPC code's name on both transports. */
export interface WatchEnd {
  readonly kind: string;
  readonly text: string;
}

/** A watch that a test has opened. */
export class Watcher {
  readonly events: ReceivedEvent[] = [];
  /** Headers of the response over REST. */
  headers: Readonly<Record<string, string | string[] | undefined>> = {};
  end?: WatchEnd;
  readonly #close: () => void;
  readonly #pause: (paused: boolean) => void;

  constructor(open: (watcher: Watcher) => { close: () => void; pause: (paused: boolean) => void }) {
    const { close, pause } = open(this);
    this.#close = close;
    this.#pause = pause;
  }

  /** `updated NAME`, `deleted NAME`, `synced`, in order; no bookmarks. */
  get changes(): string[] {
    return this.events
      .filter(({ type }) => type !== 'bookmark')
      .map(({ type, name }) => (name === undefined ? type : `${type} ${name}`));
  }

  /** The resource version to resume from. */
  get position(): string {
    return this.events.at(-1)?.resourceVersion ?? '';
  }

  async until(what: string, holds: (changes: string[]) => boolean, ms?: number): Promise<this> {
    await until(`the watch sends ${what}`, () => holds(this.changes) || this.end !== undefined, ms);
    if (!holds(this.changes))
      throw new Error(`the watch ended with ${JSON.stringify(this.end)} before it sent ${what}`);
    return this;
  }

  synced(): Promise<this> {
    return this.until('synced', (changes) => changes.includes('synced'));
  }

  /** Stops or continues reading. */
  pause(paused = true): void {
    this.#pause(paused);
  }

  async ended(): Promise<WatchEnd> {
    await until('the watch ends', () => this.end !== undefined);
    return this.end ?? { kind: '', text: '' };
  }

  close(): void {
    this.#close();
  }
}

/** Opens a watch on a namespace, or on all with '-'. */
export type OpenWatch = (api: ApiClient, namespace: string, wanted?: WatchRequest) => Watcher;

/** Watches over gRPC, with the generated client. */
export const grpcWatch: OpenWatch = ({ grpc }, namespace, { name, ...wanted } = {}) =>
  new Watcher((watcher) => {
    const parent = `namespaces/${namespace}`;
    const request = WatchWorkflowExecutionsRequest.fromPartial({ parent, workflowExecutionId: name, ...wanted });
    const call = grpc.watchWorkflowExecutions(request);
    call.on('data', (message: WatchWorkflowExecutionsResponse) => watcher.events.push(fromMessage(message)));
    call.on(
      'error',
      ({ code, details }: ServiceError) => (watcher.end ??= { kind: status[code] ?? '', text: details }),
    );
    call.on('end', () => (watcher.end ??= { kind: 'OK', text: '' }));
    return {
      close: () => call.cancel(),
      pause: (paused) => (paused ? call.pause() : call.resume()),
    };
  });

function fromMessage({ type, workflowExecution, resourceVersion }: WatchWorkflowExecutionsResponse): ReceivedEvent {
  return {
    type: type.replace('WATCH_EVENT_TYPE_', '').toLowerCase(),
    name: workflowExecution?.name.split('/').at(-1),
    uid: workflowExecution?.uid,
    version: workflowExecution?.resourceVersion,
    resourceVersion,
  };
}

/** Watches over REST: Server-Sent Events. */
export const restWatch: OpenWatch = ({ url, headers }, namespace, { resourceVersion, ...query } = {}) =>
  new Watcher((watcher) => {
    const text = new URLSearchParams({ ...query }).toString();
    const address = `${url}/api/v1/watch/namespaces/${namespace}/workflowexecutions?${text}`;
    const resume: Record<string, string> = resourceVersion === undefined ? {} : { 'last-event-id': resourceVersion };
    let incoming: IncomingMessage | undefined;
    const request = get(address, { headers: { ...headers, ...resume }, agent: false }, (response) => {
      incoming = response;
      watcher.headers = response.headers;
      readResponse(watcher, response);
    });
    request.on('error', (error) => (watcher.end ??= { kind: 'UNAVAILABLE', text: error.message }));
    return {
      close: () => request.destroy(),
      pause: (paused) => (paused ? incoming?.pause() : incoming?.resume()),
    };
  });

function readResponse(watcher: Watcher, response: IncomingMessage): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    const blocks = (text + part).split('\n\n');
    text = blocks.pop() ?? '';
    if (response.statusCode === 200) for (const block of blocks) take(watcher, block);
    else text = [...blocks, text].join('\n\n');
  });
  response.on('end', () => (watcher.end ??= response.statusCode === 200 ? { kind: 'OK', text: '' } : problemOf(text)));
  response.on('error', ({ message }) => (watcher.end ??= { kind: 'UNAVAILABLE', text: message }));
}

/** Takes one event of the stream. */
function take(watcher: Watcher, block: string): void {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  if (data === undefined) return;
  if (fields.get('event') === 'error') watcher.end ??= problemOf(data);
  else watcher.events.push(fromData(data, fields.get('id') ?? ''));
}

// Responses are read as the tests expect them; they fail if a response is different.
/* eslint-disable @typescript-eslint/consistent-type-assertions -- see above */
function fromData(data: string, resourceVersion: string): ReceivedEvent {
  const { type, object } = JSON.parse(data) as {
    type: string;
    object?: { metadata: { name: string; uid: string; resourceVersion: string } };
  };
  const { name, uid, resourceVersion: version } = object?.metadata ?? {};
  return { type, name, uid, version, resourceVersion };
}

const kinds: Readonly<Record<string, string>> = { POSITION_EXPIRED: 'OUT_OF_RANGE' };

function problemOf(text: string): WatchEnd {
  const problem = JSON.parse(text) as { type: string; detail: string };
  const kind = (problem.type.split(':').at(-1) ?? '').toUpperCase().replaceAll('-', '_');
  return { kind: kinds[kind] ?? kind, text: problem.detail };
}
