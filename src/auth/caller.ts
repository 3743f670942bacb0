import { arrayOf, isRecord, recordOf, stringOf } from '../kubernetes/json.ts';

/** A user as the cluster knows it (https://kubernetes.io/docs/reference/access-authn-authz/authentication/). */
export interface Caller {
  /** `system:serviceaccount:NAMESPACE:NAME` for a ServiceAccount. */
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** Further attributes, for the authorizer. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Parses the status of a TokenReview. A token is accepted only if the cluster confirms one of our audiences: without that
 * it may be a token for the API server.
 *
 * @returns undefined if the token is not accepted
 */
export function parseTokenReview(status: unknown, audiences: readonly string[]): Caller | undefined {
  const { authenticated, user, audiences: accepted } = recordOf(status);
  if (authenticated !== true || !arrayOf(accepted).some((one) => audiences.some((ours) => ours === one)))
    return undefined;
  const { username, uid, groups, extra } = recordOf(user);
  const name = stringOf(username);
  if (name === undefined || name === '') return undefined;
  return { username: name, uid: stringOf(uid), groups: stringsOf(groups), extra: stringListsOf(extra) };
}

function stringsOf(value: unknown): readonly string[] {
  return arrayOf(value).filter((one) => typeof one === 'string');
}

function stringListsOf(value: unknown): Readonly<Record<string, readonly string[]>> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, list]) => [key, stringsOf(list)])) : {};
}
