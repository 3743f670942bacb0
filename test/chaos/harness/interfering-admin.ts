import { targetAnnotation } from '../../../src/locking/lock-lease.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { keyOf, uidOf } from '../history/identity.ts';
import { objectsAt, textAt } from '../history/json.ts';
import { markers } from '../history/markers.ts';
import type { ObjectChange } from '../observer/stored-object.ts';
import type { Interference } from '../plan/interference.ts';
import { forgedRun, foreignRun } from './foreign-run.ts';
import { AdminView } from './admin-view.ts';
import type { ObservedObject } from './admin-view.ts';
import type { RetryingApi } from './retrying-api.ts';

/**
 * An administrator who edits, deletes and creates the service's objects. No admission policy stops them, so the service itself
 * has to cope.
 */
export class InterferingAdmin {
  readonly #api: Pick<RetryingApi, 'call'>;
  readonly #view: AdminView;
  readonly #rest = new AbortController();
  #lockChanges = 0;

  constructor(api: Pick<RetryingApi, 'call'>, namespaces: readonly string[], signal: AbortSignal) {
    this.#api = api;
    this.#view = new AdminView(namespaces, AbortSignal.any([signal, this.#rest.signal]));
  }

  /** Observes a change. */
  observe(change: ObjectChange): void {
    this.#view.observe(change);
  }

  /** Stops waiting for objects to interfere with. */
  stop(): void {
    this.#rest.abort();
  }

  /**
   * Interferes as soon as there is a suitable object.
   *
   * @returns whether it did before {@link stop}
   * @throws Error if a call was refused
   */
  async interfere({ kind, choice, forMs }: Interference): Promise<boolean> {
    switch (kind) {
      case 'delete-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#deleteLock(lock));
      case 'empty-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#editLock(lock, 'empty', null));
      case 'reassign-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#editLock(lock, 'reassign', this.#anotherHolder(lock)));
      case 'strip-labels':
        return this.#toRunningRun(choice, (run) => this.#patch(run, { labels: null }));
      case 'strip-owners':
        return this.#toRunningRun(choice, (run) => this.#patch(run, { ownerReferences: null }));
      case 'delete-run':
        return this.#toRunningRun(choice, (run) => this.#delete(run));
      case 'replace-run':
        return this.#toRunningRun(choice, (run) => this.#replaceRun(run));
      case 'forge-run':
        return this.#forgeRun();
      case 'prune-runs':
        return this.#pruneRuns(forMs);
    }
  }

  /** Interferes with the lock of a running execution, repeatedly for some time. */
  async #loseLock(choice: number, forMs: number, act: (lock: ObservedObject) => Promise<void>): Promise<boolean> {
    const first = await this.#view.waitFor(() => pick(this.#view.heldLocks(), choice));
    const deadline = performance.now() + forMs;
    for (let lock = first; lock !== undefined;) {
      const { key, revision } = lock;
      await act(lock);
      const heldAgain = (): ObservedObject | undefined => this.#view.heldLock(key, revision);
      lock = await this.#view.waitFor(heldAgain, deadline - performance.now());
    }
    return first !== undefined;
  }

  async #deleteLock(lock: ObservedObject): Promise<void> {
    await this.#patch(lock, { annotations: { [markers.lock]: this.#lockMark('delete') } });
    await this.#delete(lock);
  }

  #editLock(lock: ObservedObject, what: string, holderIdentity: string | null): Promise<void> {
    const annotations = { [markers.lock]: this.#lockMark(what) };
    const metadata = { uid: uidOf(lock), annotations };
    return this.#call('PATCH', lock.path, { metadata, spec: { holderIdentity } });
  }

  #lockMark(what: string): string {
    this.#lockChanges += 1;
    return `${what}-${this.#lockChanges}`;
  }

  /** An ended execution on the same target, or else one that does not exist. */
  #anotherHolder(lock: ObservedObject): string {
    const target = textAt(lock.object, 'metadata', 'annotations', targetAnnotation) ?? '';
    const ended = this.#view.endedExecution(target);
    return ended === undefined ? `${lock.namespace}/nobody/none` : `${keyOf(ended)}/${uidOf(ended)}`;
  }

  async #toRunningRun(choice: number, act: (run: ObservedObject) => Promise<void>): Promise<boolean> {
    const run = await this.#view.waitFor(() => pick(this.#view.runningRuns(), choice));
    if (run !== undefined) await act(run);
    return run !== undefined;
  }

  async #replaceRun(run: ObservedObject): Promise<void> {
    await this.#patch(run, { finalizers: null, annotations: { [markers.finalizerRemoved]: 'true' } });
    await this.#delete(run);
    await this.#call('POST', run.collection, foreignRun(run.object));
  }

  /** If the service is faster, the next execution is tried. */
  async #forgeRun(): Promise<boolean> {
    const tried = new Set<string>();
    for (;;) {
      const execution = await this.#view.waitFor(() => this.#view.newExecutions().find(({ key }) => !tried.has(key)));
      if (execution === undefined) return false;
      const { key, namespace, revision, object } = execution;
      tried.add(key);
      const path = `/apis/tekton.dev/v1/namespaces/${namespace}/pipelineruns`;
      const { status } = await this.#api.call('POST', path, forgedRun(object, revision));
      if (status === 201) return true;
    }
  }

  async #pruneRuns(forMs: number): Promise<boolean> {
    const pruned = new Set<string>();
    const next = () => this.#view.finishedRuns().find(({ key }) => !pruned.has(key));
    let run = await this.#view.waitFor(next);
    for (const deadline = performance.now() + forMs; run !== undefined;) {
      pruned.add(run.key);
      await this.#delete(run);
      run = await this.#view.waitFor(next, deadline - performance.now());
    }
    return pruned.size > 0;
  }

  /** Patches the observed object only, not a successor with its name. */
  #patch(observed: ObservedObject, metadata: JsonObject): Promise<void> {
    return this.#call('PATCH', observed.path, { metadata: { uid: uidOf(observed), ...metadata } });
  }

  /** Like {@link #patch}. */
  #delete(observed: ObservedObject): Promise<void> {
    const preconditions = { uid: uidOf(observed) };
    return this.#call('DELETE', observed.path, { apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
  }

  /** Ignores objects that were deleted, changed or re-created meanwhile. */
  async #call(method: string, path: string, body: object): Promise<void> {
    const { status, text, body: answer } = await this.#api.call(method, path, body);
    const isLeft = status === 404 || status === 409 || (status === 422 && isUidConflict(answer));
    if (status >= 300 && !isLeft) throw new Error(`${method} ${path}: ${text}`);
  }
}

/** Whether a patch was refused because of a different UID. */
function isUidConflict(answer: unknown): boolean {
  return objectsAt(answer, 'details', 'causes').some(({ field }) => field === 'metadata.uid');
}

function pick<T>(list: readonly T[], choice: number): T | undefined {
  return list[Math.floor(choice * list.length)];
}
