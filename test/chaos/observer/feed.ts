import { Etcd } from './etcd.ts';
import { readObjectChange } from './stored-object.ts';
import type { ObjectChange } from './stored-object.ts';

/** Called with each change, in order. */
export type ChangeListener = (change: ObjectChange) => void;

/** Tells every change of the objects that the chaos run looks at, from the moment of {@link start} on. */
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

  /** Adds a listener; before {@link start}, so that it misses nothing. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Begins with the next change. */
  async start(): Promise<void> {
    this.#seen = await this.#etcd.revision();
    this.#end = this.#run();
    // It is awaited in stop.
    this.#end.catch(() => undefined);
  }

  /** Resolves when everything has been told that had happened when it was called. */
  async caughtUp(): Promise<void> {
    const revision = await this.#etcd.revision();
    if (this.#seen >= revision) return;
    await Promise.race([
      new Promise<void>((resolve) => this.#waiting.push({ revision, resolve })),
      this.#end.then(() => Promise.reject(new Error('the feed has ended'))),
    ]);
  }

  /**
   * Ends it.
   *
   * @throws HistoryError when it had ended before, because something is missing from the history
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
