import { parseJson, recordOf } from '../kubernetes/json.ts';

/**
 * When a token ends by what it says itself, in milliseconds since 1970; undefined when it says nothing of it. Nothing is
 * trusted because of it: it only makes what is remembered of a token end with the token (RFC 7519, section 4.1.4).
 */
export function expiryOf(token: string): number | undefined {
  const [, payload = ''] = token.split('.');
  const { exp } = recordOf(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1_000 : undefined;
}
