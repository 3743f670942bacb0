import { maxLogPartBytes } from '../../config/limits.ts';
import { logTimeOf, type LogPart } from './log-line.ts';

/** Upper bound for the length of the timestamp that the kubelet writes before each line. */
const maxTimeBytes = 40;

const newline = 0x0a;
const space = 0x20;

/**
 * Parses the log of one container, requested with timestamps. Keeps less than one part between chunks. Long lines are
 * split at the same bytes however the chunks were cut.
 */
export class LogParser {
  private rest: Buffer = Buffer.alloc(0);
  /** Time of the line whose first parts were returned. */
  private time?: string;

  /** @param fallback time of a line without a timestamp, which a kubelet does not write */
  constructor(private readonly fallback: string) {}

  /** The parts that this chunk completes. */
  *push(chunk: Buffer): Generator<LogPart, void, undefined> {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline)) {
      yield* this.endOfLine(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    const hasTime = this.time !== undefined || bytes.length >= maxTimeBytes;
    // A copy, so that the rest does not keep the whole chunk in memory.
    this.rest = Buffer.from(hasTime ? yield* this.fullParts(this.withoutTime(bytes)) : bytes);
  }

  /** The rest at the end of the log: a last line without a newline. */
  *end(): Generator<LogPart, void, undefined> {
    if (this.rest.length > 0) yield* this.endOfLine(this.rest);
    this.rest = Buffer.alloc(0);
  }

  private *endOfLine(bytes: Buffer): Generator<LogPart, void, undefined> {
    const last = yield* this.fullParts(this.withoutTime(bytes));
    yield { time: this.time ?? this.fallback, text: last.toString('utf8'), partial: false };
    this.time = undefined;
  }

  /** Yields the full parts of a line and returns the rest of it. */
  private *fullParts(line: Buffer): Generator<LogPart, Buffer, undefined> {
    let rest = line;
    while (rest.length > maxLogPartBytes) {
      const cut = characterBoundary(rest, maxLogPartBytes);
      yield { time: this.time ?? this.fallback, text: rest.toString('utf8', 0, cut), partial: true };
      rest = rest.subarray(cut);
    }
    return rest;
  }

  /** Strips the timestamp from the beginning of a line; the continuation of a line has none. */
  private withoutTime(bytes: Buffer): Buffer {
    if (this.time !== undefined) return bytes;
    const end = bytes.subarray(0, maxTimeBytes).indexOf(space);
    const time = end < 0 ? undefined : logTimeOf(bytes.toString('latin1', 0, end));
    this.time = time ?? this.fallback;
    return time === undefined ? bytes : bytes.subarray(end + 1);
  }
}

/** The last boundary between UTF-8 characters, which have at most four bytes, up to `at`. */
function characterBoundary(bytes: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut--) if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  return at;
}
