import { Etcd } from './etcd.ts';
import { readObjectChange } from './stored-object.ts';
import type { ObjectChange } from './stored-object.ts';

/** Called with each change, in order. */
export type ChangeListener = (change: ObjectChange) => void;

/** Emits all changes of the observed objects from {@link start} on. */
export class Feed {
  readonly #etcd: Etcd;
  readonly #listeners: ChangeListener[] = [];
  readonly #stop = new AbortController();
  #seen = 0;
  #waiting: { readonly revision: number; readonly resolve: () => void }[] = [];
  #end: Promise<void> = Promise.resolve();

  constructor(etcdUrl: string) {
    this.#etcd = new Etcd(etcdUrl);
  }

  /** Adds a listener, before {@link start}. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Starts with the next change. */
  async start(): Promise<void> {
    this.#seen = await this.#etcd.revision();
    this.#end = this.#run();
    // Awaited in stop.
    this.#end.catch(() => undefined);
  }

  /** Resolves when all changes up to this call have been emitted. */
  async caughtUp(): Promise<void> {
    const revision = await this.#etcd.revision();
    if (this.#seen >= revision) return;
    await Promise.race([
      new Promise<void>((resolve) => this.#waiting.push({ revision, resolve })),
      this.#end.then(() => Promise.reject(new Error('the feed has ended'))),
    ]);
  }

  /**
   * Stops.
   *
   * @throws HistoryError if it had failed before, which makes the history incomplete
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  async #run(): Promise<void> {
    for await (const change of this.#etcd.changes(this.#seen + 1, this.#stop.signal)) {
      const object = readObjectChange(change);
      if (object !== undefined) this.#listeners.forEach((listener) => listener(object));
      this.#seen = change.revision;
      this.#waiting.filter(({ revision }) => revision <= this.#seen).forEach(({ resolve }) => resolve());
      this.#waiting = this.#waiting.filter(({ revision }) => revision > this.#seen);
    }
  }
}
