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
 * Somebody with the rights of an administrator who edits, deletes and creates what belongs to the service. The admission
 * policy denies an administrator nothing, so that it is the service itself that has to withstand.
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

  /** Takes a change into account. */
  observe(change: ObjectChange): void {
    this.#view.observe(change);
  }

  /** Gives up what it has found no chance for. */
  stop(): void {
    this.#rest.abort();
  }

  /**
   * Does what is planned as soon as there is something that it can be done to.
   *
   * @returns whether it was done before {@link stop}
   * @throws Error when a call was refused
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

  /** Does something to the lock of a running execution, and again whenever somebody holds it again, for some time. */
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

  /** An execution that has ended on the same target, or else one that does not exist. */
  #anotherHolder(lock: ObservedObject): string {
    const target = textAt(lock.object, 'metadata', 'annotations', 'kubernaut.ai/target-resource') ?? '';
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

  /** The service may be faster; then the next execution is tried. */
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

  /** Only the object that was seen, not one that was created under its name since. */
  #patch(seen: ObservedObject, metadata: JsonObject): Promise<void> {
    return this.#call('PATCH', seen.path, { metadata: { uid: uidOf(seen), ...metadata } });
  }

  /** As {@link #patch}. */
  #delete(seen: ObservedObject): Promise<void> {
    const preconditions = { uid: uidOf(seen) };
    return this.#call('DELETE', seen.path, { apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
  }

  /** Something that is gone, or was changed or created anew meanwhile, is left at that. */
  async #call(method: string, path: string, body: object): Promise<void> {
    const { status, text, body: answer } = await this.#api.call(method, path, body);
    const isLeft = status === 404 || status === 409 || (status === 422 && isUidConflict(answer));
    if (status >= 300 && !isLeft) throw new Error(`${method} ${path}: ${text}`);
  }
}

/** Whether a patch was refused because its UID is not that of the object. */
function isUidConflict(answer: unknown): boolean {
  return objectsAt(answer, 'details', 'causes').some(({ field }) => field === 'metadata.uid');
}

function pick<T>(list: readonly T[], choice: number): T | undefined {
  return list[Math.floor(choice * list.length)];
}
