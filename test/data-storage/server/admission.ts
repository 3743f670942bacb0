import { arrayOf, parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { problem } from './api-response.ts';
import type { ApiResponse } from './api-response.ts';

/** The known tokens and their rights. Without any, all callers are admitted, also without a token. */
export type Tokens = Readonly<Record<string, 'allowed' | 'forbidden'>>;

/** The audiences of API servers, of the local cluster and of kubeadm. */
const apiServerAudiences: readonly unknown[] = [
  'https://kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local',
];

/**
 * Checks the header Authorization in the order and with the messages of the service (`pkg/shared/auth/middleware.go`). It
 * reviews tokens without audiences, so only those for the API server's audience pass.
 *
 * @returns the refusal; undefined if the caller is admitted
 */
export function refuseCaller(authorization: string | undefined, tokens: Tokens): ApiResponse | undefined {
  const isOpen = Object.keys(tokens).length === 0;
  if (authorization === undefined) return isOpen ? undefined : refusal(401, 'Missing Authorization header');
  if (!authorization.startsWith('Bearer ')) return refusal(401, 'Invalid Authorization header format');
  const token = authorization.slice('Bearer '.length);
  if (token === '') return refusal(401, 'Empty Bearer token');
  if (isForAnotherAudience(token)) return refusal(401, 'Invalid or expired token');
  if (isOpen) return undefined;
  if (!Object.hasOwn(tokens, token)) return refusal(401, 'Invalid or expired token');
  return tokens[token] === 'allowed' ? undefined : refusal(403, 'Insufficient permissions');
}

/** Whether a token is a JWT with other audiences than that of the API server (RFC 7519, section 4.1.3). */
function isForAnotherAudience(token: string): boolean {
  const { aud } = recordOf(parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  if (aud === undefined) return false;
  return ![aud, ...arrayOf(aud)].some((audience) => apiServerAudiences.includes(audience));
}

function refusal(status: 401 | 403, detail: string): ApiResponse {
  return problem(status, detail, { type: 'about:blank' });
}
