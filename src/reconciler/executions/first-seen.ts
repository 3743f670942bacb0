/** Keys that are remembered at once; beyond that the oldest are forgotten. */
const most = 10_000;

/** Remembers for how long something has gone on, for as long as this process runs: a new leader counts anew. */
export class FirstSeen {
  private readonly since = new Map<string, number>();

  /** When this was called first for a key, in milliseconds since the epoch. */
  note(key: string, now: Date): number {
    const since = this.since.get(key) ?? now.getTime();
    this.since.set(key, since);
    const [oldest] = this.since.keys();
    if (this.since.size > most && oldest !== undefined) this.since.delete(oldest);
    return since;
  }

  /** What {@link note} has remembered; undefined when nothing. */
  get(key: string): number | undefined {
    return this.since.get(key);
  }

  /** It does not go on any more. */
  forget(key: string): void {
    this.since.delete(key);
  }
}
