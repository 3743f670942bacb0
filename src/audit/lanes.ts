import type { Item } from './outbox.ts';

/** Events on their way, one lane for each correlation id: within a lane they arrive in the order of the lane. */
export class Lanes {
  private readonly lanes = new Map<string, Item[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** When the oldest of the events happened that are first in their lanes (RFC 3339). */
  get oldest(): string | undefined {
    let oldest: string | undefined;
    for (const [head] of this.lanes.values()) {
      if (head !== undefined && (oldest === undefined || isEarlier(head.due.time, oldest))) oldest = head.due.time;
    }
    return oldest;
  }

  /** Puts an event into its lane: by its time, and those of the same time after each other as they came. */
  add(item: Item): void {
    const lane = this.lanes.get(item.correlationId) ?? [];
    this.lanes.set(item.correlationId, lane);
    let at = lane.length;
    while (at > 0 && mayGoBefore(item, lane[at - 1])) at--;
    lane.splice(at, 0, item);
    this.count += 1;
  }

  remove(item: Item): void {
    const lane = this.lanes.get(item.correlationId) ?? [];
    const at = lane.indexOf(item);
    if (at < 0) return;
    lane.splice(at, 1);
    this.count -= 1;
    if (lane.length === 0) this.lanes.delete(item.correlationId);
  }

  /** From the head of each lane on the events of which this is true, up to the first of which it is not. */
  heads(isWanted: (item: Item) => boolean, limit: number): Item[] {
    const heads: Item[] = [];
    for (const lane of this.lanes.values()) {
      for (const item of lane) {
        if (heads.length >= limit) return heads;
        if (!isWanted(item)) break;
        heads.push(item);
      }
    }
    return heads;
  }
}

/** What is being sent already is never overtaken, and events of one execution stay in order whatever clocks say. */
function mayGoBefore(item: Item, other: Item | undefined): boolean {
  if (other === undefined || other.state === 'sending' || other.uid === item.uid) return false;
  return isEarlier(item.due.time, other.due.time);
}

/** Not by their texts: with a fraction of a second `05.001Z` would be before `05Z`. */
function isEarlier(time: string, other: string): boolean {
  return Date.parse(time) < Date.parse(other);
}
