/** Most items of a segment, which bounds what a removal has to move. */
const segmentSize = 1_024;

/** An item with a sequence number. */
interface Numbered {
  readonly seq: number;
}

/**
 * Items in the order of their sequence numbers. Of hundreds of thousands, one is appended, removed or found in microseconds:
 * they are kept in segments of at most {@link segmentSize}, none of them empty.
 */
export class Sequence<T extends Numbered> {
  private readonly segments: T[][] = [];

  /** Appends an item, whose number must be higher than all others. */
  append(item: T): void {
    const last = this.segments.at(-1);
    if (last === undefined || last.length >= segmentSize) this.segments.push([item]);
    else last.push(item);
  }

  /** Removes an item, which must be present. */
  remove({ seq }: T): void {
    const isAtOrAfter = (item: T) => item.seq >= seq;
    const index = this.segmentOf(isAtOrAfter);
    const segment = this.segments[index];
    if (segment === undefined) return;
    segment.splice(firstIndex(segment, isAtOrAfter), 1);
    if (segment.length === 0) this.segments.splice(index, 1);
  }

  /** The first item that satisfies a condition, which must hold for all later items too. */
  first(condition: (item: T) => boolean): T | undefined {
    const segment = this.segments[this.segmentOf(condition)] ?? [];
    return segment[firstIndex(segment, condition)];
  }

  /** Index of the segment with the first item that satisfies a condition. */
  private segmentOf(condition: (item: T) => boolean): number {
    return firstIndex(this.segments, (segment) => {
      const last = segment.at(-1);
      return last !== undefined && condition(last);
    });
  }
}

/** Binary search for the index of the first item that satisfies a condition; the length if none does. */
function firstIndex<T>(items: readonly T[], condition: (item: T) => boolean): number {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = items[middle];
    if (item !== undefined && condition(item)) to = middle;
    else from = middle + 1;
  }
  return from;
}
