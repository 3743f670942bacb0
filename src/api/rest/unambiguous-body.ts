import { isUtf8 } from 'node:buffer';
import { ApiError, invalidArgument } from '../errors/api-error.ts';
import { inspectJson } from './inspect-json.ts';

/**
 * RFC 8259 wants UTF-8, and that no object has a key twice. By itself the JSON parser would put U+FFFD for what is not
 * UTF-8, and take the last of several values.
 *
 * @throws ApiError UnsupportedMediaType for another charset; InvalidArgument
 */
export function assertUnambiguous(body: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw new ApiError('UnsupportedMediaType', `the charset must be utf-8, not ${charset}`);
  if (!isUtf8(body)) throw new ApiError('InvalidArgument', 'the body is not UTF-8');
  const violation = inspectJson(body.toString('utf8'));
  if (violation !== undefined) throw invalidArgument([violation]);
}
