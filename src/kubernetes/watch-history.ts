import { compareResourceVersions, isNewer, isOlder } from './resource-version.ts';
import { Sequence } from './sequence.ts';

/** The latest known state of one object, or its deletion. */
export interface HistoryItem<T> {
  /** The object's uid. */
  readonly id: string;
  /** Of a deleted object, its last state. */
  readonly object: T;
  readonly deleted: boolean;
  /** Of a deleted item: the object exists but cannot be parsed, and may come back. */
  readonly mayReturn?: boolean;
}

/** An item with the resource version at which the object came into this state. */
export type Positioned<T> = HistoryItem<T> & { readonly position: string };

/** An entry of a history. */
export interface HistoryEntry<T> extends Positioned<T> {
  /** Sequence number within this history. */
  readonly seq: number;
  /** Everything up to this resource version precedes the entry. */
  readonly before: string;
  /** Everything up to this resource version precedes the entry or is it: its position, unless other entries share that. */
  readonly through: string;
}

/** Number of deletions that a history keeps. */
export const maxTombstones = 4_096;

/**
 * Position of the objects with which a history begins: they arrive in any order, and a reader that has read only some of them
 * cannot resume. A resource version that has always expired.
 */
const firstPosition = '1';

/** Number of gaps that are kept apart; older ones are merged. */
const maxGaps = 64;

/** A relist: objects may have come and gone unnoticed between these two resource versions, both excluded. */
interface Gap {
  readonly from: string;
  readonly to: string;
  /** Whether an object that could not be parsed before the gap may have been readable for a while within it. */
  readonly hadUnparsable: boolean;
}

/**
 * The changes of one collection in the order of resource versions, compacted as a Kafka topic
 * (https://kafka.apache.org/documentation/#compaction): of each object only the latest change is kept. A reader that continues
 * from any entry arrives at the latest state, and one that starts at the beginning gets the current state. So a slow reader may
 * take its time and costs only its position. Of deletions, the latest {@link maxTombstones} are kept.
 *
 * It begins with the objects of a list, which are added one by one, and is read once the list has ended.
 */
export class WatchHistory<T> {
  private readonly maxTombstones: number;
  /** Those in `latest`, in the order of `seq` and `position`. */
  private readonly entries = new Sequence<HistoryEntry<T>>();
  private readonly latest = new Map<string, HistoryEntry<T>>();
  /** In the order of `seq`. */
  private readonly tombstones = new Map<string, HistoryEntry<T>>();
  private gaps: Gap[] = [];
  private hasForgottenUnparsable = false;
  private seq = 0;
  private known = firstPosition;
  private forgotten = { seq: 0, position: firstPosition };

  constructor(tombstones = maxTombstones) {
    this.maxTombstones = tombstones;
  }

  /** Adds an object of the list with which the history begins. */
  addListed(id: string, object: T): void {
    this.append([{ id, object, deleted: false, position: firstPosition }], firstPosition);
  }

  /** Removes an object that has left the list before its end. */
  removeListed(id: string): void {
    this.remove(id);
  }

  /** Ends the list: the history begins at its resource version. */
  begin(resourceVersion: string): void {
    this.known = resourceVersion;
    this.forgotten = { seq: 0, position: resourceVersion };
  }

  /** The resource version up to which the history is complete. */
  get progress(): string {
    return this.known;
  }

  /** Sequence number of the newest entry; 0 if there is none. */
  get lastSeq(): number {
    return this.seq;
  }

  /** Sequence number of the newest dropped deletion: a reader before it misses the deletion. */
  get forgottenSeq(): number {
    return this.forgotten.seq;
  }

  /** The latest entry of an object. */
  get(id: string): HistoryEntry<T> | undefined {
    return this.latest.get(id);
  }

  /** The latest entries of all objects, deleted ones included. */
  all(): Iterable<HistoryEntry<T>> {
    return this.latest.values();
  }

  /** Appends the changes up to a resource version. */
  advance(items: readonly Positioned<T>[], progress: string): void {
    const before = this.known;
    this.known = progress;
    this.append(items, before);
    this.dropTombstones();
  }

  /**
   * Appends the differences that a relist has found; what happened in between is unknown. Deletions come first, since their
   * time is unknown. An object older than the history was missed when it changed, and comes last.
   */
  resync(deleted: readonly HistoryItem<T>[], present: readonly Positioned<T>[], progress: string): void {
    this.addGap({ from: this.known, to: progress, hadUnparsable: this.hasUnparsable() });
    const isNew = ({ position }: Positioned<T>) => isNewer(position, this.known) && !isNewer(position, progress);
    const placed = present.map((item) => (isNew(item) ? item : { ...item, position: progress }));
    const first = placed.reduce((least, { position }) => (isOlder(position, least) ? position : least), progress);
    this.advance([...deleted.map((item) => ({ ...item, position: first })), ...placed], progress);
  }

  /** Whether everything since a resource version is known. */
  isKnown(position: string): boolean {
    const age = compareResourceVersions(position, this.forgotten.position);
    if (age === undefined || age < 0) return false;
    return !this.gaps.some(({ from, to }) => isNewer(position, from) && isOlder(position, to));
  }

  /** Whether there was a relist after a resource version. */
  hasResyncedSince(position: string): boolean {
    return this.gaps.some(({ to }) => isNewer(to, position));
  }

  /**
   * Whether a reader from another replica may miss a deletion: an object that this replica could not parse may have become
   * readable, been seen by the other replica, and been deleted, all within a gap of this history.
   */
  mayMissDeletionSince(position: string): boolean {
    return this.gaps.some(({ to, hadUnparsable }) => hadUnparsable && isNewer(to, position));
  }

  /** The first entry after `seq`. */
  after(seq: number): HistoryEntry<T> | undefined {
    return seq >= this.seq ? undefined : this.entries.first((entry) => entry.seq > seq);
  }

  /** Sequence number of the last entry up to a known resource version. */
  seqAt(position: string): number {
    const next = this.entries.first((entry) => isNewer(entry.position, position));
    return (next?.seq ?? this.seq + 1) - 1;
  }

  private hasUnparsable(): boolean {
    return this.hasForgottenUnparsable || this.tombstones.values().some(({ mayReturn }) => mayReturn);
  }

  private append(items: readonly Positioned<T>[], start: string): void {
    const ordered = [...items].sort(inOrder);
    let before = start;
    ordered.forEach((item, index) => {
      const isLast = ordered[index + 1]?.position !== item.position;
      const entry = { ...item, seq: ++this.seq, before, through: isLast ? item.position : before };
      this.removeEntry(item.id);
      this.entries.append(entry);
      this.latest.set(item.id, entry);
      if (item.deleted) this.tombstones.set(item.id, entry);
      before = entry.through;
    });
  }

  private remove(id: string): void {
    this.removeEntry(id);
    this.latest.delete(id);
  }

  private removeEntry(id: string): void {
    const entry = this.latest.get(id);
    if (entry !== undefined) this.entries.remove(entry);
    this.tombstones.delete(id);
  }

  private addGap(gap: Gap): void {
    this.gaps.push(gap);
    const [first, second] = this.gaps;
    if (this.gaps.length <= maxGaps || first === undefined || second === undefined) return;
    const hadUnparsable = first.hadUnparsable || second.hadUnparsable;
    this.gaps.splice(0, 2, { from: first.from, to: second.to, hadUnparsable });
  }

  private dropTombstones(): void {
    for (const [id, { seq, position, mayReturn = false }] of this.tombstones) {
      if (this.tombstones.size <= this.maxTombstones) return;
      this.hasForgottenUnparsable ||= mayReturn;
      this.remove(id);
      this.forgotten = { seq, position };
      this.gaps = this.gaps.filter(({ to }) => isNewer(to, position));
    }
  }
}

/** By position; at the same position deletions come first, since another object may have taken the name. */
function inOrder<T>(a: Positioned<T>, b: Positioned<T>): number {
  return (compareResourceVersions(a.position, b.position) ?? 0) || Number(b.deleted) - Number(a.deleted);
}
