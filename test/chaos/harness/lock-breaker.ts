import { textAt } from '../history/json.ts';
import type { ObjectChange } from '../observer/stored-object.ts';
import type { RetryingApi } from './retrying-api.ts';

/**
 * Makes the lock useless: frees every target as soon as somebody has locked it. It shows that the checker finds what goes
 * wrong then.
 */
export class LockBreaker {
  readonly #api: Pick<RetryingApi, 'call'>;
  readonly #onError: (error: unknown) => void;

  constructor(api: Pick<RetryingApi, 'call'>, onError: (error: unknown) => void) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Looks at a change of a Lease; others are none of its business. */
  observe({ kind, namespace, name, object }: ObjectChange): void {
    const isLock = textAt(object, 'metadata', 'labels', 'kubernaut.ai/lock') !== undefined;
    if (kind !== 'Lease' || !isLock || !textAt(object, 'spec', 'holderIdentity')) return;
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
    this.#api.call('PATCH', path, { spec: { holderIdentity: null } }).catch(this.#onError);
  }
}
