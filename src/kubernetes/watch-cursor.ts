import type { KubernetesObject } from './kubernetes-object.ts';
import { isNewer, isOlder } from './resource-version.ts';
import type { WatchCache } from './watch-cache.ts';
import type { HistoryEntry, WatchHistory } from './watch-history.ts';

/** Most entries that are skipped at a time. */
export const maxSkipped = 64;

/** What a cursor has read. */
export interface CursorEvent<T> {
  readonly entry: HistoryEntry<T>;
  /** A later cursor that starts here, on any replica, misses nothing. */
  readonly position: string;
}

interface Reading<T> {
  readonly history: WatchHistory<T>;
  /** Deletions up to this entry are of no interest: the reader has never seen the objects. */
  readonly ignoredSeq: number;
  seq: number;
  /** Whether the end of the history has been reached once. */
  caughtUp: boolean;
}

interface Head<T> {
  readonly reading: Reading<T>;
  readonly entry: HistoryEntry<T>;
}

/**
 * One reader of a {@link WatchCache}, in the order of resource versions but for the first list: of all scopes, or of the scope that covers a namespace
 * (the reader drops objects of other namespaces). Without a start position it reads the current state first.
 */
export class WatchCursor<T extends KubernetesObject> {
  private readonly cache: WatchCache<T>;
  private readonly readings: readonly Reading<T>[];
  private readonly isStartUnknown: boolean;
  /** The start position, which may come from another replica. */
  private readonly from: string | undefined;
  private reported: string | undefined;

  /** @param from a position that another cursor reported; absent to start with the current state */
  constructor(cache: WatchCache<T>, namespace?: string, from?: string) {
    const histories = cache.historiesOf(namespace);
    this.cache = cache;
    this.from = from;
    this.reported = from;
    this.isStartUnknown = from !== undefined && !histories.every((history) => history.isKnown(from));
    this.readings = histories.map((history) => {
      const seq = from === undefined ? 0 : history.seqAt(from);
      return { history, seq, ignoredSeq: from === undefined ? history.lastSeq : seq, caughtUp: false };
    });
  }

  /** Whether the reader may have missed a deletion and must start over. */
  get isExpired(): boolean {
    return this.isStartUnknown || this.readings.some((reading) => this.mayHaveMissedDeletion(reading));
  }

  /** Whether the reader has read the current state; stays true. */
  get isSynced(): boolean {
    for (const reading of this.readings) reading.caughtUp ||= headOf(reading) === undefined;
    return this.readings.every(({ caughtUp }) => caughtUp);
  }

  /** The resource version up to which everything has been read. */
  get position(): string {
    return this.report(oldest(this.readings.map(limitOf)));
  }

  /** Whether an entry is available. */
  get hasNext(): boolean {
    return this.head() !== undefined;
  }

  /** Reads the next entry; undefined if none is available yet. */
  next(): CursorEvent<T> | undefined {
    const head = this.head();
    if (head === undefined) return undefined;
    const { reading, entry } = head;
    reading.seq = entry.seq;
    const others = this.readings.filter((other) => other !== reading).map(limitOf);
    return { entry, position: this.report(oldest([entry.through, ...others])) };
  }

  /**
   * Skips entries that do not match; false if no matching entry is available yet. True also after {@link maxSkipped} entries, so
   * that many readers can share the time that it takes to read the changes of a relist.
   */
  skipTo(isWanted: (object: T) => boolean): boolean {
    for (let skipped = 0; skipped < maxSkipped; skipped++) {
      const head = this.head();
      if (head === undefined) return false;
      if (isWanted(head.entry.object)) return true;
      head.reading.seq = head.entry.seq;
    }
    return true;
  }

  /** The oldest of the next entries of all histories. */
  private head(): Head<T> | undefined {
    let first: Head<T> | undefined;
    for (const reading of this.readings) {
      const entry = headOf(reading);
      if (entry === undefined) continue;
      if (first === undefined || isOlder(entry.position, first.entry.position)) first = { reading, entry };
    }
    return first;
  }

  private mayHaveMissedDeletion({ history, seq, ignoredSeq }: Reading<T>): boolean {
    return (
      this.resyncHid(history) || history.forgottenSeq > Math.max(seq, ignoredSeq) || !this.cache.isCurrent(history)
    );
  }

  /** With several histories, a position is the oldest of theirs: the reader may have seen objects newer than it. */
  private resyncHid(history: WatchHistory<T>): boolean {
    if (this.from === undefined) return false;
    if (this.readings.length > 1) return history.hasResyncedSince(this.from);
    return history.mayMissDeletionSince(this.from);
  }

  /** Reported positions never go back. */
  private report(position: string): string {
    if (isNewer(position, this.reported)) this.reported = position;
    return this.reported ?? position;
  }
}

/** The resource version up to which a history has been read. */
function limitOf<T>(reading: Reading<T>): string {
  return headOf(reading)?.before ?? reading.history.progress;
}

/** The next entry that matters to the reader. */
function headOf<T>(reading: Reading<T>): HistoryEntry<T> | undefined {
  for (;;) {
    const entry = reading.history.after(reading.seq);
    if (entry === undefined || !entry.deleted || entry.seq > reading.ignoredSeq) return entry;
    reading.seq = entry.seq;
  }
}

function oldest(positions: readonly string[]): string {
  return positions.reduce((least, position) => (isOlder(position, least) ? position : least));
}
