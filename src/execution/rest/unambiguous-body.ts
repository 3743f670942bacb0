import { isUtf8 } from 'node:buffer';
import { ApiError, invalidField } from '../errors/api-error.ts';
import { doubledKey } from './doubled-key.ts';

/**
 * RFC 8259 wants UTF-8, and that no object has a key twice. By itself the JSON parser would put U+FFFD for what is not
 * UTF-8, and take the last of several values.
 *
 * @throws ApiError UnsupportedMediaType for another charset; InvalidArgument
 */
export function assertUnambiguous(body: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw new ApiError('UnsupportedMediaType', `the charset must be utf-8, not ${charset}`);
  if (!isUtf8(body)) throw new ApiError('InvalidArgument', 'the body is not UTF-8');
  const doubled = doubledKey(body.toString('utf8'));
  if (doubled !== undefined) throw invalidField(doubled, 'is given twice');
}
