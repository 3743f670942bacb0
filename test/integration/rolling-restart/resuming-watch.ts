import { status, type ServiceError } from '@grpc/grpc-js';
import {
  WatchWorkflowExecutionsRequest,
  type WatchWorkflowExecutionsResponse,
} from '../../../src/execution/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { FailedCall, type RetryingClient } from './retrying-client.ts';

/** A watch that goes on from its last event wherever it is told to, and keeps a picture of what it was told. */
export class ResumingWatch {
  /** The latest state by name: the resource version. */
  readonly picture = new Map<string, string>();
  resumed = 0;
  startedAnew = 0;
  failure: FailedCall | undefined;
  readonly #client: Pick<RetryingClient, 'nextGrpc'>;
  readonly #namespace: string;
  #position = '';
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(client: Pick<RetryingClient, 'nextGrpc'>, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Watches until it is stopped, or fails. */
  async run(): Promise<void> {
    while (!this.#stopped && this.failure === undefined) {
      const error = await this.#once();
      if (this.#stopped) return;
      this.#goOn(error);
      // A replica that is down answers at once.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #goOn(error: ServiceError | undefined): void {
    if (error === undefined || error.code === status.UNAVAILABLE) {
      this.resumed += 1;
    } else if (error.code === status.OUT_OF_RANGE) {
      this.startedAnew += 1;
      this.#position = '';
      this.picture.clear();
    } else {
      this.failure = new FailedCall(`watch: ${error.message}`);
    }
  }

  #once(): Promise<ServiceError | undefined> {
    const request = WatchWorkflowExecutionsRequest.fromPartial({
      parent: `namespaces/${this.#namespace}`,
      resourceVersion: this.#position,
    });
    const stream = this.#client.nextGrpc.watchWorkflowExecutions(request);
    this.#cancel = () => stream.cancel();
    return new Promise((resolve) => {
      stream.on('data', (event: WatchWorkflowExecutionsResponse) => this.#apply(event));
      stream.once('error', resolve);
      stream.once('end', () => resolve(undefined));
    });
  }

  #apply({ type, workflowExecution, resourceVersion }: WatchWorkflowExecutionsResponse): void {
    this.#position = resourceVersion;
    const name = workflowExecution?.name ?? '';
    if (type === 'WATCH_EVENT_TYPE_UPDATED') this.picture.set(name, workflowExecution?.resourceVersion ?? '');
    if (type === 'WATCH_EVENT_TYPE_DELETED') this.picture.delete(name);
  }
}
