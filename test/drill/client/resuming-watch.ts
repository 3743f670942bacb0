import { status, type ServiceError } from '@grpc/grpc-js';
import {
  WatchWorkflowExecutionsRequest,
  type WatchWorkflowExecutionsResponse,
  type WorkflowExecutionServiceClient,
} from '../../../src/api/generated/kubernaut/workflowexecution/v1/workflow_execution.ts';

/** Reopen delay in milliseconds; a replica that is down refuses immediately. */
const reopenMs = 50;

/** A watch that resumes from its last event at the next replica. */
export class ResumingWatch {
  /** Latest resourceVersion of each execution by name. */
  readonly latest = new Map<string, string>();
  resumed = 0;
  restarted = 0;
  failure: Error | undefined;
  readonly #nextReplica: () => WorkflowExecutionServiceClient;
  readonly #namespace: string;
  #position = '';
  #stopped = false;
  #cancel: () => void = () => undefined;

  /** @param nextReplica returns the client for the next attempt */
  constructor(nextReplica: () => WorkflowExecutionServiceClient, namespace: string) {
    this.#nextReplica = nextReplica;
    this.#namespace = namespace;
  }

  /** Watches until stopped or failed. */
  async run(): Promise<void> {
    while (!this.#stopped && this.failure === undefined) {
      const error = await this.#once();
      if (this.#stopped) return;
      this.#decide(error);
      await new Promise((resolve) => setTimeout(resolve, reopenMs));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #decide(error: ServiceError | undefined): void {
    if (error === undefined || error.code === status.UNAVAILABLE) {
      this.resumed += 1;
    } else if (error.code === status.OUT_OF_RANGE) {
      this.restarted += 1;
      this.#position = '';
      this.latest.clear();
    } else {
      this.failure = new Error(`watch: ${error.message}`);
    }
  }

  #once(): Promise<ServiceError | undefined> {
    const request = WatchWorkflowExecutionsRequest.fromPartial({
      parent: `namespaces/${this.#namespace}`,
      resourceVersion: this.#position,
    });
    const stream = this.#nextReplica().watchWorkflowExecutions(request);
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
    if (type === 'WATCH_EVENT_TYPE_UPDATED') this.latest.set(name, workflowExecution?.resourceVersion ?? '');
    if (type === 'WATCH_EVENT_TYPE_DELETED') this.latest.delete(name);
  }
}
