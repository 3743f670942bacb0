import { describe, expect, it } from '@jest/globals';
import { beginningOf } from './beginning-of.ts';

function aStream(...items: readonly string[]) {
  const state = { isEnded: false };
  async function* stream(): AsyncGenerator<string, void, undefined> {
    try {
      for (const item of items) yield await Promise.resolve(item);
    } finally {
      state.isEnded = true;
    }
  }
  return { stream: stream(), state };
}

describe('the beginning of a stream', () => {
  it.each([
    [['a', 'b', 'c'], ['a']],
    [[], []],
  ])('of %j is %j, after which the stream has ended', async (items, beginning) => {
    const { stream, state } = aStream(...items);

    const seen: string[] = [];
    for await (const item of beginningOf(stream)) seen.push(item);

    expect(seen).toEqual(beginning);
    expect(state.isEnded).toBe(true);
  });
});
