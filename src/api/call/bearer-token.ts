import { ApiError } from '../errors/api-error.ts';

/** Characters of the longest token that is looked at; those of ServiceAccounts have about 1,000. */
const maxTokenLength = 16 * 1024;

/**
 * The token of an `Authorization` header or metadata entry (RFC 6750, section 2.1).
 *
 * @throws ApiError Unauthenticated when there is none
 */
export function bearerToken(header: string | undefined): string {
  if (header === undefined || header === '') {
    throw new ApiError('Unauthenticated', 'a bearer token of the cluster is required, and there is none');
  }
  const token = header.length > maxTokenLength ? undefined : /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw new ApiError('Unauthenticated', "the authorization is not 'Bearer TOKEN'");
}
