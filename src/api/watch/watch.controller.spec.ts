import { describe, expect, it, jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { WatchController } from './watch.controller.ts';
import type { WatchQuery } from './watch.dto.ts';
import type { WatchService } from './watch.service.ts';

/** Opens a watch that is refused; returns what the service was asked for. */
async function commandOf(query: WatchQuery, lastEventId?: string) {
  const refused = new Error('refused');
  const watch = jest.fn<WatchService['watch']>(() => {
    throw refused;
  });
  const controller = new WatchController({ watch } as unknown as WatchService);
  const call = { signal: new AbortController().signal, abort: () => undefined, recheck: () => Promise.resolve() };
  const watching = controller.watch(
    { namespace: 'payment' },
    query,
    lastEventId,
    call,
    {} as unknown as Request,
    {} as unknown as Response,
  );
  await expect(watching).rejects.toBe(refused);
  return watch.mock.calls[0]?.[0];
}

describe('a watch over REST', () => {
  it.each([
    ['its query', '5', undefined, '5'],
    ['the last event, which is later than its query', '5', '9', '9'],
    ['an empty last event, which is refused as in a query', '5', '', ''],
    ['the current state, when it names no position', undefined, undefined, undefined],
  ])('resumes from %s', async (_, resourceVersion, lastEventId, expected) => {
    await expect(commandOf({ resourceVersion }, lastEventId)).resolves.toMatchObject({
      namespace: 'payment',
      resourceVersion: expected,
    });
  });
});
