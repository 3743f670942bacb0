import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeApiServer, type FakeNetwork } from '../../kubernetes/fake-api-server.builders.ts';
import { secretResource } from '../../kubernetes/secret.ts';
import { PageTokenKey } from './page-token-key.ts';
import type { PageTokens } from './page-token.ts';

const config = { namespace: 'kubernaut-system' };
const position = { creationTimestamp: '2026-01-02T03:04:05Z', namespace: 'payment', name: 'a', uid: 'u' };
const scope = { filter: { phases: [] } };

const keyOn = (server: FakeApiServer, network?: FakeNetwork) => new PageTokenKey(server.client(network), config);

/** Whether two replicas take the tokens of each other. */
function agree(one: PageTokens, other: PageTokens): void {
  expect(other.decode(one.encode(position, scope), scope)).toEqual(position);
}

describe('the key of page tokens', () => {
  it('is made by the first replica that needs it, and read by the next', async () => {
    const server = new FakeApiServer();

    agree(await keyOn(server).pageTokens(), await keyOn(server).pageTokens());

    expect(server.list(secretResource)).toMatchObject([{ metadata: { namespace: config.namespace } }]);
  });

  it('is that of the other replica when both make one at the same time', async () => {
    const server = new FakeApiServer();
    const first: PageTokens[] = [];
    const late = keyOn(server, {
      before: async ({ verb }) => {
        if (verb === 'create') first.push(await keyOn(server).pageTokens());
      },
    });

    const own = await late.pageTokens();

    expect(first).toHaveLength(1);
    for (const tokens of first) agree(own, tokens);
  });

  it('is read once', async () => {
    const server = new FakeApiServer();
    const key = keyOn(server);
    await key.pageTokens();
    await key.pageTokens();
    expect(server.verbs).toEqual(['get', 'create']);
  });

  it('is asked for again by the next request after it could not be read', async () => {
    const server = new FakeApiServer();
    const failures = [new UnavailableError('reset')];
    const key = keyOn(server, {
      before: () => {
        const failure = failures.pop();
        if (failure) throw failure;
      },
    });

    await expect(key.pageTokens()).rejects.toMatchObject({ code: 'Unavailable', details: { retryAfterMs: 1_000 } });
    await expect(key.pageTokens()).resolves.toBeDefined();
  });
});
