/** The first items in an order, of any number of items that are added one by one. */
export class FirstInOrder<T> {
  private items: T[] = [];
  /** The last item that is among the first so far. */
  private last?: T;

  /** @param compare 0 only for states of the same item, of which the one that was added last remains */
  constructor(
    private readonly size: number,
    private readonly compare: (a: T, b: T) => number,
  ) {}

  add(item: T): void {
    if (this.last !== undefined && this.compare(this.last, item) < 0) return;
    this.items.push(item);
    // Most of them are in order already, which makes sorting them cheaper than inserting each.
    if (this.items.length >= 2 * this.size) this.sort();
  }

  list(): readonly T[] {
    this.sort();
    return this.items;
  }

  private sort(): void {
    const { size, compare } = this;
    const sorted = this.items.sort(compare);
    const isLastState = (item: T, next: T | undefined) => next === undefined || compare(item, next) !== 0;
    this.items = sorted.filter((item, index) => isLastState(item, sorted[index + 1])).slice(0, size);
    this.last = this.items[size - 1];
  }
}
