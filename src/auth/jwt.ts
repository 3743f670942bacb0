import { isRecord, parseJson, recordOf } from '../kubernetes/json.ts';

/** The compact form of a signed token (RFC 7515, section 7.1). */
const compactForm = /^(?<header>[\w-]+)\.(?<payload>[\w-]+)\.[\w-]+$/;

/**
 * Whether a token has the form of a signed JSON Web Token (RFC 7519), as all tokens of ServiceAccounts do. The signature is
 * not verified: it is for the cluster to say whose token it is.
 */
export function isSignedJwt(token: string): boolean {
  const { header = '', payload = '' } = compactForm.exec(token)?.groups ?? {};
  const { alg } = recordOf(decoded(header));
  return typeof alg === 'string' && alg !== 'none' && isRecord(decoded(payload));
}

/**
 * When a token expires by its own claim, in milliseconds since 1970; undefined when it has none. Nothing is trusted because
 * of it: it only makes what is cached of a token expire with the token (RFC 7519, section 4.1.4).
 */
export function expiryOf(token: string): number | undefined {
  const [, payload = ''] = token.split('.');
  const { exp } = recordOf(decoded(payload));
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined;
}

function decoded(part: string): unknown {
  return parseJson(Buffer.from(part, 'base64url').toString('utf8'));
}
