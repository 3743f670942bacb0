import { arrayOf, parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import { problem } from './answer.ts';
import type { Answer } from './answer.ts';

/** Who may come in: what each token is good for. With none at all everybody may, without one too. */
export type Tokens = Readonly<Record<string, 'allowed' | 'forbidden'>>;

/** The audiences of API servers, of the local cluster and of kubeadm. */
const apiServerAudiences: readonly unknown[] = [
  'https://kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local',
];

/**
 * Looks at the header Authorization, in the order and with the words of the service (its `pkg/shared/auth/middleware.go`). It
 * reviews tokens without audiences, so that only one for the audience of the API server passes.
 *
 * @returns why the caller may not, or undefined
 */
export function refuseCaller(authorization: string | undefined, tokens: Tokens): Answer | undefined {
  const isOpen = Object.keys(tokens).length === 0;
  if (authorization === undefined) return isOpen ? undefined : refusal(401, 'Missing Authorization header');
  if (!authorization.startsWith('Bearer ')) return refusal(401, 'Invalid Authorization header format');
  const token = authorization.slice('Bearer '.length);
  if (token === '') return refusal(401, 'Empty Bearer token');
  if (isForSomebodyElse(token)) return refusal(401, 'Invalid or expired token');
  if (isOpen) return undefined;
  if (!Object.hasOwn(tokens, token)) return refusal(401, 'Invalid or expired token');
  return tokens[token] === 'allowed' ? undefined : refusal(403, 'Insufficient permissions');
}

/** Whether a token is a JWT with other audiences than that of the API server (RFC 7519, section 4.1.3). */
function isForSomebodyElse(token: string): boolean {
  const { aud } = recordOf(parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  if (aud === undefined) return false;
  return ![aud, ...arrayOf(aud)].some((audience) => apiServerAudiences.includes(audience));
}

function refusal(status: 401 | 403, detail: string): Answer {
  return problem(status, detail, { type: 'about:blank' });
}
