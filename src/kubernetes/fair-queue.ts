/**
 * Waiting keys, each with since when it waits. Groups take turns, so that one with many keys delays only its own; within a group,
 * first in, first out.
 */
export class FairQueue {
  private readonly groupOf: (key: string) => string;
  /** In the order of their turns; none is empty. */
  private readonly groups = new Map<string, Map<string, number>>();
  private count = 0;

  constructor(groupOf: (key: string) => string) {
    this.groupOf = groupOf;
  }

  /** Number of waiting keys. */
  get size(): number {
    return this.count;
  }

  /** Since when a key waits; undefined if it does not. */
  get(key: string): number | undefined {
    return this.groups.get(this.groupOf(key))?.get(key);
  }

  /** Adds a key that does not wait yet. */
  add(key: string, since: number): void {
    const group = this.groupOf(key);
    const keys = this.groups.get(group) ?? new Map<string, number>();
    this.groups.set(group, keys.set(key, since));
    this.count++;
  }

  /** Removes a key, if it waits. */
  remove(key: string): void {
    const group = this.groupOf(key);
    const keys = this.groups.get(group);
    if (keys?.delete(key) !== true) return;
    this.count--;
    if (keys.size === 0) this.groups.delete(group);
  }

  /** Removes and returns the first key of the group whose turn it is, and since when it has waited; undefined if none waits. */
  take(): readonly [key: string, since: number] | undefined {
    for (const [group, keys] of this.groups) {
      for (const [key, since] of keys) {
        this.remove(key);
        // To the end, behind the other groups.
        if (this.groups.delete(group)) this.groups.set(group, keys);
        return [key, since];
      }
    }
    return undefined;
  }
}
