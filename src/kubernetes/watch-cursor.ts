import type { WatchCache } from './watch-cache.ts';
import type { WatchHistory, HistoryEntry } from './watch-history.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { isNewer, isOlder } from './resource-version.ts';

/** What a cursor has come to. */
export interface CursorEvent<T> {
  readonly entry: HistoryEntry<T>;
  /** A later cursor, on any replica, that begins here misses nothing. */
  readonly position: string;
}

interface Reading<T> {
  readonly log: WatchHistory<T>;
  /** Ends of objects up to here are nothing to somebody who never knew the objects. */
  readonly unknown: number;
  seq: number;
  /** Whether there was nothing more to read once. */
  caughtUp: boolean;
}

/** What comes next in a log. */
interface Head<T> {
  readonly reading: Reading<T>;
  readonly entry: HistoryEntry<T>;
}

/**
 * One reader of a change log, in the order of resource versions: of all of it, or of the scope that a namespace is in (what
 * is not of the namespace is for the reader to leave out). Without a position it reads the current state first. It is a
 * few numbers, however far behind it is.
 */
export class WatchCursor<T extends KubernetesObject> {
  readonly #changes: WatchCache<T>;
  readonly #readings: readonly Reading<T>[];
  #told: string | undefined;
  readonly #isUnknown: boolean;
  /** Where its reader comes from, which may be another replica. */
  readonly #from: string | undefined;

  /** @param from a position that another cursor told; absent to begin with the current state */
  constructor(changes: WatchCache<T>, namespace?: string, from?: string) {
    const logs = changes.historiesOf(namespace);
    this.#changes = changes;
    this.#told = from;
    this.#isUnknown = from !== undefined && !logs.every((log) => log.isKnown(from));
    this.#from = from;
    this.#readings = logs.map((log) => {
      const seq = from === undefined ? 0 : log.seqAt(from);
      return { log, seq, unknown: from === undefined ? log.lastSeq : seq, caughtUp: false };
    });
  }

  /** Whether something may have been deleted that this reader will not learn of any more. It has to begin anew. */
  get isExpired(): boolean {
    return this.#isUnknown || this.#readings.some((reading) => this.#isLost(reading));
  }

  /** Whether it has read everything once, so that what it has told was the current state; it stays true. */
  get isSynced(): boolean {
    for (const reading of this.#readings) reading.caughtUp ||= headOf(reading) === undefined;
    return this.#readings.every(({ caughtUp }) => caughtUp);
  }

  /** Up to where everything has been read. */
  get position(): string {
    return this.#tell(oldest(this.#readings.map(limitOf)));
  }

  /** Reads on; undefined when there is nothing more for now. */
  next(): CursorEvent<T> | undefined {
    const first = this.#head();
    if (first === undefined) return undefined;
    const { reading, entry } = first;
    reading.seq = entry.seq;
    const others = this.#readings.filter((other) => other !== reading).map(limitOf);
    return { entry, position: this.#tell(oldest([entry.through, ...others])) };
  }

  /** Passes over what its reader does not want; whether something that it wants comes next. */
  skipTo(isWanted: (object: T) => boolean): boolean {
    for (;;) {
      const first = this.#head();
      if (first === undefined) return false;
      if (isWanted(first.entry.object)) return true;
      first.reading.seq = first.entry.seq;
    }
  }

  /** The oldest of the entries that come next in the logs. */
  #head(): Head<T> | undefined {
    let first: Head<T> | undefined;
    for (const reading of this.#readings) {
      const entry = headOf(reading);
      if (entry === undefined) continue;
      if (first === undefined || isOlder(entry.position, first.entry.position)) first = { reading, entry };
    }
    return first;
  }

  #isLost({ log, seq, unknown }: Reading<T>): boolean {
    return this.#mayMissEnd(log) || log.forgottenSeq > Math.max(seq, unknown) || !this.#changes.isCurrent(log);
  }

  /** A position of several logs is the oldest of theirs: its reader may know of something newer that the leap has hidden. */
  #mayMissEnd(log: WatchHistory<T>): boolean {
    if (this.#from === undefined) return false;
    return this.#readings.length > 1 ? log.hasResyncedSince(this.#from) : log.mayMissEndSince(this.#from);
  }

  /** What was safe to go on from stays so, and what is told never goes back. */
  #tell(position: string): string {
    if (isNewer(position, this.#told)) this.#told = position;
    return this.#told ?? position;
  }
}

/** Up to where all of a log has been read. */
function limitOf<T>(reading: Reading<T>): string {
  return headOf(reading)?.before ?? reading.log.progress;
}

/** The next entry that tells this reader something. */
function headOf<T>(reading: Reading<T>): HistoryEntry<T> | undefined {
  for (;;) {
    const entry = reading.log.after(reading.seq);
    if (entry === undefined || !entry.gone || entry.seq > reading.unknown) return entry;
    reading.seq = entry.seq;
  }
}

function oldest(positions: readonly string[]): string {
  return positions.reduce((least, position) => (isOlder(position, least) ? position : least));
}
