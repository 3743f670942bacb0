import { logTimeOf } from './log-time.ts';
import type { LogPart } from './log-line.ts';

/** The most bytes of a line that come in one part; container runtimes cut lines there too. */
export const maxPartBytes = 16 * 1024;

/** The time that the kubelet puts before each line is shorter than this. */
const maxTimeBytes = 40;

const newline = 0x0a;
const space = 0x20;

/**
 * Makes parts of lines out of the bytes of the log of one container, asked for with timestamps. It keeps less than a part
 * between two chunks. The parts of a line begin at the same bytes however the chunks were cut.
 */
export class LogParts {
  private rest: Buffer = Buffer.alloc(0);
  /** Of the line whose parts are being told. */
  private time?: string;

  /** @param fallback the time of a line that comes without one, which a kubelet does not write */
  constructor(private readonly fallback: string) {}

  /** The parts that this chunk completes. */
  *push(chunk: Buffer): Generator<LogPart, void, undefined> {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline)) {
      yield* this.endOfLine(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    const isBegun = this.time !== undefined || bytes.length >= maxTimeBytes;
    // Copied, so that what is kept does not keep the whole chunk.
    this.rest = Buffer.from(isBegun ? yield* this.full(this.withoutTime(bytes)) : bytes);
  }

  /** What is left when the log has ended: a last line without an end. */
  *end(): Generator<LogPart, void, undefined> {
    if (this.rest.length > 0) yield* this.endOfLine(this.rest);
    this.rest = Buffer.alloc(0);
  }

  private *endOfLine(bytes: Buffer): Generator<LogPart, void, undefined> {
    const last = yield* this.full(this.withoutTime(bytes));
    yield { time: this.time ?? this.fallback, text: last.toString('utf8'), partial: false };
    this.time = undefined;
  }

  /** Tells the parts of a line that are full, and returns what is left of it. */
  private *full(line: Buffer): Generator<LogPart, Buffer, undefined> {
    let text = line;
    while (text.length > maxPartBytes) {
      const cut = endOfCharacter(text, maxPartBytes);
      yield { time: this.time ?? this.fallback, text: text.toString('utf8', 0, cut), partial: true };
      text = text.subarray(cut);
    }
    return text;
  }

  /** Takes the time off a line that begins here; a line that has begun already goes on as it is. */
  private withoutTime(bytes: Buffer): Buffer {
    if (this.time !== undefined) return bytes;
    const end = bytes.subarray(0, maxTimeBytes).indexOf(space);
    const time = end < 0 ? undefined : logTimeOf(bytes.toString('latin1', 0, end));
    this.time = time ?? this.fallback;
    return time === undefined ? bytes : bytes.subarray(end + 1);
  }
}

/** The last place up to `at` that is not inside a character of UTF-8, which has at most four bytes. */
function endOfCharacter(bytes: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut--) if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  return at;
}
