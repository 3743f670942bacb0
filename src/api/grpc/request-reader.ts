import { BinaryReader } from '@bufbuild/protobuf/wire';
import { invalidField } from '../errors/api-error.ts';
import { plainJsonLimits } from '../validation/plain-json.ts';

/**
 * The most numbers in a request: tags, lengths and values. An entry of a map has six, so that no request with fewer than
 * {@link plainJsonLimits} fields and values has more.
 */
const maxNumbers = 10 * plainJsonLimits.values;

/**
 * Reads the message of a request. It throws for text that is not UTF-8, which a reader takes for U+FFFD by itself, and for more
 * fields and values than any request has: a map of 60,000 entries would take 90 ms until it was refused.
 */
export class RequestReader extends BinaryReader {
  constructor(bytes: Uint8Array) {
    super(bytes, (text) => strictUtf8.decode(text));
    const read = this.uint32.bind(this);
    let left: number = maxNumbers;
    // Everything that has a varint is read by this one.
    this.uint32 = () => {
      if (--left < 0) throw invalidField([], plainJsonLimits.tooManyValues);
      return read();
    };
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
