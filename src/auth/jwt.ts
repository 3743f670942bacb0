import { isRecord, parseJson, recordOf } from '../kubernetes/json.ts';

/** The compact form of a signed token (RFC 7515, section 7.1). */
const compactForm = /^(?<header>[\w-]+)\.(?<payload>[\w-]+)\.[\w-]+$/;

/**
 * Whether a token has the form of a signed JSON Web Token (RFC 7519), as tokens of ServiceAccounts have. The cluster
 * verifies the signature.
 */
export function isSignedJwt(token: string): boolean {
  const { header = '', payload = '' } = compactForm.exec(token)?.groups ?? {};
  const { alg } = recordOf(decode(header));
  return typeof alg === 'string' && alg !== 'none' && isRecord(decode(payload));
}

/**
 * Expiry of a token by its own claim (RFC 7519, section 4.1.4), in milliseconds since 1970; undefined without one. It only
 * shortens the cache time, so it need not be verified.
 */
export function expiryOf(token: string): number | undefined {
  const [, payload = ''] = token.split('.');
  const { exp } = recordOf(decode(payload));
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined;
}

function decode(part: string): unknown {
  return parseJson(Buffer.from(part, 'base64url').toString('utf8'));
}
