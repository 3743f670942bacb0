import { Injectable } from '@nestjs/common';
import { keyOf, type ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import { InjectReflector } from '../../kubernetes/kubernetes.module.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { ExecutionId } from '../../locking/lock-record.ts';
import { settledView, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { FinishedExecution } from './finished-execution.ts';

/**
 * The settled executions: those that have finished and for which nothing is left to do until they are deleted. They are read in
 * the background, and nothing that live executions need waits for them.
 */
@Injectable()
export class History {
  constructor(
    @InjectReflector(workflowExecutionResource, settledView) private readonly reflector: Reflector<FinishedExecution>,
  ) {}

  /** Calls the handler with the key of a settled execution when there is something to do for it. */
  onDue(handler: (key: string) => void): void {
    this.reflector.onChange(({ type, object }) => {
      if (type !== 'deleted' && object.isDue) handler(keyOf(object));
    });
  }

  /** Resolves once all have been read; rejects with CancelledError when the signal aborts first. */
  waitForSync(signal: AbortSignal): Promise<void> {
    return this.reflector.waitForSync(signal);
  }

  /** Whether all have been read. */
  get hasSynced(): boolean {
    return this.reflector.hasSynced;
  }

  /** Lists everything again, in case the watch has missed something. */
  relist(): void {
    this.reflector.relist();
  }

  /** The settled execution with this key; undefined if there is none or it has not been read yet. */
  get(key: ObjectKey | string): FinishedExecution | undefined {
    return this.reflector.store.get(key);
  }

  /** Whether this execution is known to be settled. */
  has({ namespace, name, uid }: ExecutionId): boolean {
    return this.get({ namespace, name })?.metadata.uid === uid;
  }

  /** All that have been read. */
  list(): readonly FinishedExecution[] {
    return this.reflector.store.list();
  }
}
