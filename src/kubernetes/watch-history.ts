import { compareResourceVersions, isNewer, isOlder } from './resource-version.ts';

/** What is known last of one object: its state, or that it is gone. */
export interface HistoryItem<T> {
  /** Identifies the object among all that ever were: its uid. */
  readonly id: string;
  /** For one that is gone, its last state. */
  readonly object: T;
  readonly gone: boolean;
  /** Of one that is gone: it is not deleted but can not be read, and may come back. */
  readonly mayReturn?: boolean;
}

/** An item at its place in the log. */
export interface HistoryEntry<T> extends HistoryItem<T> {
  /** Grows by one with each entry of this log; says nothing outside of it. */
  readonly seq: number;
  /** The resource version at which the object came into this state. */
  readonly position: string;
  /** Everything up to this resource version comes before the entry. */
  readonly before: string;
  /** Everything up to this resource version comes before the entry or is it: its position, unless others share that. */
  readonly through: string;
}

/** An item with the resource version at which the object came into this state. */
export type Positioned<T> = HistoryItem<T> & { readonly position: string };

/** How many deletions a log remembers. */
export const maxTombstones = 4_096;

/** Fewer superseded entries than this are not worth a compaction. */
const minSuperseded = 64;

/** How many gaps are remembered one by one. */
const maxGaps = 64;

/** Between these resource versions, both excluded, things may have come and gone that this log knows nothing of. */
interface Gap {
  readonly from: string;
  readonly to: string;
  /** Since when the oldest of the objects could not be read that may have been readable for a while in between. */
  readonly unreadableSince?: string;
}

/**
 * Changes of objects in the order of their resource versions, of which only the last one of each object is kept, as Kafka
 * compacts its topics (https://kafka.apache.org/documentation/#compaction): whoever reads on from any entry comes to the
 * latest state of everything, and from the beginning the log is the current state. So readers may be as slow as they
 * like and cost a number each. Ends of objects are kept as tombstones, and only so many of them.
 */
export class WatchHistory<T> {
  readonly #maxTombstones: number;
  /** In order of `seq` and of `position`; what is not in `#latest` as well has been superseded. */
  #entries: HistoryEntry<T>[] = [];
  readonly #latest = new Map<string, HistoryEntry<T>>();
  /** In order of `seq`. */
  readonly #tombstones = new Map<string, HistoryEntry<T>>();
  #gaps: Gap[] = [];
  #hasForgottenUnreadable = false;
  #seq = 0;
  #progress: string;
  #forgotten: { readonly seq: number; readonly position: string };

  /** A log that begins with what there is at a resource version, and knows nothing of what was before. */
  constructor(begin: string, items: readonly Positioned<T>[] = [], tombstones = maxTombstones) {
    this.#progress = begin;
    this.#forgotten = { seq: 0, position: begin };
    this.#maxTombstones = tombstones;
    this.#append(items, '0');
  }

  /** Up to which resource version everything is in the log. */
  get progress(): string {
    return this.#progress;
  }

  /** Number of the newest entry; 0 when there was none. */
  get lastSeq(): number {
    return this.#seq;
  }

  /** Number of the newest entry that was forgotten: who had not read it misses the end of an object. */
  get forgottenSeq(): number {
    return this.#forgotten.seq;
  }

  /** Number of entries that are held, the superseded ones included. */
  get size(): number {
    return this.#entries.length;
  }

  /** What is known last of an object. */
  get(id: string): HistoryEntry<T> | undefined {
    return this.#latest.get(id);
  }

  /** The last entries of all objects. */
  latest(): Iterable<HistoryEntry<T>> {
    return this.#latest.values();
  }

  /** Puts in what has happened up to a resource version, each item at its position. */
  advance(items: readonly Positioned<T>[], progress: string): void {
    const before = this.#progress;
    this.#progress = progress;
    this.#append(items, before);
    this.#forget();
    this.#compact();
  }

  /**
   * Puts in what is different at a resource version, where it is not known what has happened in between: what is gone, of
   * which it can not be said since when, and before anything else can be told therefore; and what is there. What has an
   * older position than the log has come to was missed when it happened, and is told last.
   */
  resync(gone: readonly HistoryItem<T>[], there: readonly Positioned<T>[], progress: string): void {
    this.#noteGap({ from: this.#progress, to: progress, unreadableSince: this.#unreadableSince() });
    const isNew = ({ position }: Positioned<T>) => isNewer(position, this.#progress) && !isNewer(position, progress);
    const placed = there.map((item) => (isNew(item) ? item : { ...item, position: progress }));
    const first = placed.reduce((least, { position }) => (isOlder(position, least) ? position : least), progress);
    this.advance([...gone.map((item) => ({ ...item, position: first })), ...placed], progress);
  }

  /** Whether everything is known that has happened since a resource version. */
  isKnown(position: string): boolean {
    const age = compareResourceVersions(position, this.#forgotten.position);
    if (age === undefined || age < 0) return false;
    return !this.#gaps.some(({ from, to }) => isNewer(position, from) && isOlder(position, to));
  }

  /** Whether the log has leapt to a newer resource version than this one. */
  hasResyncedSince(position: string): boolean {
    return this.#gaps.some(({ to }) => isNewer(to, position));
  }

  /**
   * Whether the log has leapt over the return and the end of an object that could not be read at a resource version. A
   * reader that was told of the object in another log and comes from that version is not told of its end here.
   */
  mayMissEndSince(position: string): boolean {
    return this.#gaps.some(
      ({ to, unreadableSince }) =>
        unreadableSince !== undefined && isNewer(to, position) && !isNewer(unreadableSince, position),
    );
  }

  /** The first entry after number `seq` that has not been superseded. */
  after(seq: number): HistoryEntry<T> | undefined {
    // Nearly always it is asked by one who has read everything.
    if (seq >= this.#seq) return undefined;
    for (let index = this.#firstIndex((entry) => entry.seq > seq); index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry !== undefined && this.#latest.get(entry.id) === entry) return entry;
    }
    return undefined;
  }

  /** Number of the last entry up to a resource version that is known. */
  seqAt(position: string): number {
    const index = this.#firstIndex((entry) => isNewer(entry.position, position));
    // Entries that were superseded and are no more have numbers too: what matters is what comes next.
    return (this.#entries[index]?.seq ?? this.#seq + 1) - 1;
  }

  /** Since when the oldest of the objects that cannot be read could not be; undefined when all can. */
  #unreadableSince(): string | undefined {
    if (this.#hasForgottenUnreadable) return '0';
    const positions = [...this.#tombstones.values()].filter(({ mayReturn }) => mayReturn);
    return positions.map(({ position }) => position).reduce<string | undefined>(older, undefined);
  }

  #append(items: readonly Positioned<T>[], begin: string): void {
    const ordered = [...items].sort(inOrder);
    let before = begin;
    ordered.forEach((item, index) => {
      const isLast = ordered[index + 1]?.position !== item.position;
      const entry = { ...item, seq: ++this.#seq, before, through: isLast ? item.position : before };
      this.#entries.push(entry);
      this.#latest.set(item.id, entry);
      this.#tombstones.delete(item.id);
      if (item.gone) this.#tombstones.set(item.id, entry);
      before = entry.through;
    });
  }

  #noteGap(gap: Gap): void {
    this.#gaps.push(gap);
    const [first, second] = this.#gaps;
    if (this.#gaps.length > maxGaps && first && second) this.#gaps.splice(0, 2, merged(first, second));
  }

  #forget(): void {
    for (const [id, { seq, position, mayReturn = false }] of this.#tombstones) {
      if (this.#tombstones.size <= this.#maxTombstones) return;
      this.#hasForgottenUnreadable ||= mayReturn;
      this.#tombstones.delete(id);
      this.#latest.delete(id);
      this.#forgotten = { seq, position };
      this.#gaps = this.#gaps.filter(({ to }) => isNewer(to, position));
    }
  }

  #compact(): void {
    const superseded = this.#entries.length - this.#latest.size;
    if (superseded < minSuperseded || superseded * 2 < this.#entries.length) return;
    this.#entries = this.#entries.filter((entry) => this.#latest.get(entry.id) === entry);
  }

  /** Index of the first entry for which it holds, given that it holds for all after that too. */
  #firstIndex(holds: (entry: HistoryEntry<T>) => boolean): number {
    let [from, to] = [0, this.#entries.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && holds(entry)) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

/** By position; of the same position ends come first, since another object may have taken the name. */
function inOrder<T>(a: Positioned<T>, b: Positioned<T>): number {
  return (compareResourceVersions(a.position, b.position) ?? 0) || Number(b.gone) - Number(a.gone);
}

function merged(first: Gap, second: Gap): Gap {
  const { unreadableSince } = first;
  const since = second.unreadableSince === undefined ? unreadableSince : older(unreadableSince, second.unreadableSince);
  return { from: first.from, to: second.to, unreadableSince: since };
}

function older(one: string | undefined, other: string): string {
  return one === undefined || isOlder(other, one) ? other : one;
}
