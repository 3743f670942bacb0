import { lockLabel } from '../../../src/locking/lock-lease.ts';
import { textAt } from '../history/json.ts';
import type { ObjectChange } from '../observer/stored-object.ts';
import type { RetryingApi } from './retrying-api.ts';

/** Releases each lock as soon as it is taken, to show that the checker finds the consequences. */
export class LockBreaker {
  readonly #api: Pick<RetryingApi, 'call'>;
  readonly #onError: (error: unknown) => void;

  constructor(api: Pick<RetryingApi, 'call'>, onError: (error: unknown) => void) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Observes a change; only Leases matter. */
  observe({ kind, namespace, name, object }: ObjectChange): void {
    const isLock = textAt(object, 'metadata', 'labels', lockLabel.name) !== undefined;
    if (kind !== 'Lease' || !isLock || !textAt(object, 'spec', 'holderIdentity')) return;
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
    this.#api.call('PATCH', path, { spec: { holderIdentity: null } }).catch(this.#onError);
  }
}
