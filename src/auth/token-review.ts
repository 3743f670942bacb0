import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';
import type { Caller } from './caller.ts';

/**
 * Reads the status of a TokenReview. A token counts only when the cluster says that it was made for one of our audiences:
 * without any in the answer it is good for the API server, and whoever got hold of it there could use it here.
 *
 * @returns undefined when the token is nobody's
 */
export function readTokenReview(status: unknown, audiences: readonly string[]): Caller | undefined {
  const { authenticated, user, audiences: accepted } = recordOf(status);
  if (authenticated !== true || !arrayOf(accepted).some((one) => audiences.some((ours) => ours === one)))
    return undefined;
  const { username, uid, groups, extra } = recordOf(user);
  const name = stringOf(username);
  if (name === undefined || name === '') return undefined;
  return { username: name, uid: stringOf(uid), groups: textsOf(groups), extra: textMapOf(extra) };
}

function textsOf(value: unknown): readonly string[] {
  return arrayOf(value).filter((one) => typeof one === 'string');
}

function textMapOf(value: unknown): Readonly<Record<string, readonly string[]>> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, texts]) => [key, textsOf(texts)])) : {};
}
