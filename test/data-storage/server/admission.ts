import { problem } from './answer.ts';
import type { Answer } from './answer.ts';

/** Who may come in: what each token is good for. With none at all everybody may, without one too. */
export type Tokens = Readonly<Record<string, 'allowed' | 'forbidden'>>;

/**
 * Looks at the header Authorization.
 *
 * @returns why the caller may not, or undefined
 */
export function refuseCaller(authorization: string | undefined, tokens: Tokens): Answer | undefined {
  if (Object.keys(tokens).length === 0) return undefined;
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return problem(401, 'The request has no bearer token.');
  if (!Object.hasOwn(tokens, token)) return problem(401, 'The token is not valid.');
  return tokens[token] === 'allowed' ? undefined : problem(403, 'The token gives no right to audit events.');
}
