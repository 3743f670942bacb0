import type { JsonObject } from '../../cluster/json.ts';
import { keyOf, uidOf } from '../history/identity.ts';
import { textAt } from '../history/json.ts';
import { marks } from '../history/marks.ts';
import type { ObjectChange } from '../observer/stored-object.ts';
import type { Interference } from '../plan/interference.ts';
import { forgedRun, foreignRun } from './foreign-run.ts';
import { NeighbourView } from './neighbour-view.ts';
import type { SeenObject } from './neighbour-view.ts';
import type { PersistentApi } from './persistent-api.ts';

/** Milliseconds that the neighbour waits for a chance to do what is planned. */
const patienceMs = 20_000;

/**
 * Somebody with the rights of an administrator who edits, deletes and creates what belongs to the service. The admission
 * policy denies an administrator nothing, so that it is the service itself that has to withstand.
 */
export class Neighbour {
  readonly #api: Pick<PersistentApi, 'call'>;
  readonly #view: NeighbourView;
  #lockChanges = 0;

  constructor(api: Pick<PersistentApi, 'call'>, namespaces: readonly string[], signal: AbortSignal) {
    this.#api = api;
    this.#view = new NeighbourView(namespaces, signal);
  }

  /** Takes a change into account. */
  see(change: ObjectChange): void {
    this.#view.see(change);
  }

  /**
   * Does what is planned as soon as there is something that it can be done to.
   *
   * @throws Error when there is nothing for 20 s, or a call was refused
   */
  async interfere({ kind, choice, forMs }: Interference): Promise<void> {
    switch (kind) {
      case 'delete-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#deleteLock(lock));
      case 'empty-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#editLock(lock, 'empty', null));
      case 'reassign-lock':
        return this.#loseLock(choice, forMs, (lock) => this.#editLock(lock, 'reassign', this.#anotherHolder(lock)));
      case 'strip-labels':
        return this.#patch(await this.#runningRun(kind, choice), { labels: null });
      case 'strip-owners':
        return this.#patch(await this.#runningRun(kind, choice), { ownerReferences: null });
      case 'delete-run':
        return this.#delete(await this.#runningRun(kind, choice));
      case 'replace-run':
        return this.#replaceRun(await this.#runningRun(kind, choice));
      case 'forge-run':
        return this.#forgeRun();
      case 'prune-runs':
        return this.#pruneRuns(forMs);
    }
  }

  /** Does something to the lock of a running execution, and again whenever somebody holds it again, for some time. */
  async #loseLock(choice: number, forMs: number, act: (lock: SeenObject) => Promise<void>): Promise<void> {
    let lock: SeenObject | undefined = await this.#chance('lose a lock', () => pick(this.#view.heldLocks(), choice));
    const { key } = lock;
    for (const deadline = performance.now() + forMs; lock !== undefined;) {
      const { revision } = lock;
      await act(lock);
      const heldAgain = (): SeenObject | undefined => this.#view.heldLock(key, revision);
      lock = await this.#view.waitFor(heldAgain, deadline - performance.now());
    }
  }

  async #deleteLock(lock: SeenObject): Promise<void> {
    await this.#patch(lock, { annotations: { [marks.lock]: this.#lockMark('delete') } });
    await this.#delete(lock);
  }

  #editLock(lock: SeenObject, what: string, holderIdentity: string | null): Promise<void> {
    const annotations = { [marks.lock]: this.#lockMark(what) };
    const metadata = { uid: uidOf(lock), annotations };
    return this.#call('PATCH', lock.path, { metadata, spec: { holderIdentity } });
  }

  #lockMark(what: string): string {
    this.#lockChanges += 1;
    return `${what}-${this.#lockChanges}`;
  }

  /** An execution that has ended on the same target, or else one that does not exist. */
  #anotherHolder(lock: SeenObject): string {
    const target = textAt(lock.object, 'metadata', 'annotations', 'kubernaut.ai/target-resource') ?? '';
    const ended = this.#view.endedExecution(target);
    return ended === undefined ? `${lock.namespace}/nobody/none` : `${keyOf(ended)}/${uidOf(ended)}`;
  }

  #runningRun(kind: string, choice: number): Promise<SeenObject> {
    return this.#chance(kind, () => pick(this.#view.runningRuns(), choice));
  }

  async #replaceRun(run: SeenObject): Promise<void> {
    await this.#patch(run, { finalizers: null, annotations: { [marks.finalizerRemoved]: 'true' } });
    await this.#delete(run);
    await this.#call('POST', run.collection, foreignRun(run.object));
  }

  /** The service may be faster; then the next execution is tried. */
  async #forgeRun(): Promise<void> {
    const tried = new Set<string>();
    for (let isForged = false; !isForged;) {
      const next = () => this.#view.newExecutions().find(({ key }) => !tried.has(key));
      const { key, namespace, revision, object } = await this.#chance('forge a PipelineRun', next);
      tried.add(key);
      const path = `/apis/tekton.dev/v1/namespaces/${namespace}/pipelineruns`;
      isForged = (await this.#api.call('POST', path, forgedRun(object, revision))).status === 201;
    }
  }

  async #pruneRuns(forMs: number): Promise<void> {
    const pruned = new Set<string>();
    const next = () => this.#view.finishedRuns().find(({ key }) => !pruned.has(key));
    let run: SeenObject | undefined = await this.#chance('prune a PipelineRun', next);
    for (const deadline = performance.now() + forMs; run !== undefined;) {
      pruned.add(run.key);
      await this.#delete(run);
      run = await this.#view.waitFor(next, deadline - performance.now());
    }
  }

  async #chance<T>(what: string, find: () => T | undefined): Promise<T> {
    const found = await this.#view.waitFor(find, patienceMs);
    if (found === undefined) throw new Error(`the neighbour had no chance to do this: ${what}`);
    return found;
  }

  /** Only the object that was seen, not one that was created under its name since. */
  #patch(seen: SeenObject, metadata: JsonObject): Promise<void> {
    return this.#call('PATCH', seen.path, { metadata: { uid: uidOf(seen), ...metadata } });
  }

  /** As {@link #patch}. */
  #delete(seen: SeenObject): Promise<void> {
    const preconditions = { uid: uidOf(seen) };
    return this.#call('DELETE', seen.path, { apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
  }

  /** Something that is gone, or was changed meanwhile, is left at that. */
  async #call(method: string, path: string, body: object): Promise<void> {
    const { status, text } = await this.#api.call(method, path, body);
    if (status >= 300 && status !== 404 && status !== 409) throw new Error(`${method} ${path}: ${text}`);
  }
}

function pick<T>(list: readonly T[], choice: number): T | undefined {
  return list[Math.floor(choice * list.length)];
}
