import { describe, expect, it } from '@jest/globals';
import { settle } from '../../kubernetes/fake-clock.builders.ts';
import { AnswerRoom } from './answer-room.ts';

const mebibyte = 1024 * 1024;

describe('the answers of a caller', () => {
  it('are made when those before have been read', async () => {
    const room = new AnswerRoom();
    const made: number[] = [];
    const calls = Array.from({ length: 6 }, (_, number) => {
      const call = new AbortController();
      void room.take({ signal: call.signal }, 2 * mebibyte).then(() => made.push(number));
      return call;
    });
    await settle();
    expect(made).toEqual([0, 1, 2, 3]);

    calls[1]?.abort();
    await settle();

    expect(made).toEqual([0, 1, 2, 3, 4]);
  });

  it('are not made for a caller who is gone', async () => {
    const room = new AnswerRoom();
    const fill = Array.from({ length: 4 }, () => room.take({ signal: new AbortController().signal }, 2 * mebibyte));
    await Promise.all(fill);
    const gone = new AbortController();
    const answer = room.take({ signal: gone.signal }, mebibyte);
    gone.abort();

    await expect(answer).rejects.toMatchObject({ code: 'Cancelled' });
  });

  it('do not wait for those of others', async () => {
    const room = new AnswerRoom();
    const caller = (username: string) => ({
      caller: { username, groups: [], extra: {} },
      signal: new AbortController().signal,
    });
    await Promise.all(Array.from({ length: 4 }, () => room.take(caller('a'), 2 * mebibyte)));

    await expect(room.take(caller('b'), 2 * mebibyte)).resolves.toBeDefined();
  });
});
