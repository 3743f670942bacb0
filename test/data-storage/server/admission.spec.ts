import { describe, expect, it } from '@jest/globals';
import { refuseCaller } from './admission.ts';

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const aToken = (aud: unknown) => [part({ alg: 'RS256' }), part({ aud, sub: 'system' }), 'signature'].join('.');
const ours = aToken(['https://kubernetes.default.svc']);
const tokens = { [ours]: 'allowed', theirs: 'forbidden' } as const;
const invalid = 'Invalid or expired token';

describe('the fake data storage service', () => {
  it.each([
    ['no header', undefined, 401, 'Missing Authorization header'],
    ['another scheme', 'Basic YTpi', 401, 'Invalid Authorization header format'],
    ['no token', 'Bearer ', 401, 'Empty Bearer token'],
    ['an unknown token', 'Bearer unknown', 401, invalid],
    ['a token without rights', 'Bearer theirs', 403, 'Insufficient permissions'],
  ])('rejects %s as the service does', (_, authorization, status, detail) => {
    const title = status === 401 ? 'Unauthorized' : 'Forbidden';
    const body = { type: 'about:blank', title, status, detail };
    expect(refuseCaller(authorization, tokens)).toEqual({ status, contentType: 'application/problem+json', body });
  });

  it.each([['data-storage'], [['data-storage']], [['workflow-execution', 'vault']], [[]]])(
    'refuses a token for the audience %j, also where everybody may come in',
    (aud) => {
      const token = aToken(aud);
      for (const known of [{}, { [token]: 'allowed' } as const]) {
        expect(refuseCaller(`Bearer ${token}`, known)).toMatchObject({ status: 401, body: { detail: invalid } });
      }
    },
  );

  it.each([
    ['a token for the API server', `Bearer ${ours}`, tokens],
    ['one that is for others too', `Bearer ${aToken(['a', 'https://kubernetes.default.svc.cluster.local'])}`, {}],
    ['a caller without a token where everybody may', undefined, {}],
  ])('admits %s', (_, authorization, known) => {
    expect(refuseCaller(authorization, known)).toBeUndefined();
  });
});
