import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../kubernetes/fake-clock.builders.ts';
import { ExpiringCache } from './expiring-cache.ts';

function cacheWith(ttlMs: (value: string) => number, max = 10) {
  const clock = new FakeClock();
  const load = jest.fn<() => Promise<string>>();
  return { clock, load, cache: new ExpiringCache({ max, ttlMs, clock }) };
}

describe('an expiring cache', () => {
  it('loads a value once until it expires', async () => {
    const { cache, clock, load } = cacheWith(() => 1_000);
    load.mockResolvedValueOnce('first').mockResolvedValueOnce('second');

    const answers = [await cache.get('a', load)];
    await clock.advance(999);
    answers.push(await cache.get('a', load));
    await clock.advance(2);
    answers.push(await cache.get('a', load));

    expect(answers).toEqual(['first', 'first', 'second']);
  });

  it('shares concurrent loads', async () => {
    const { cache, load } = cacheWith(() => 1_000);
    load.mockResolvedValue('answer');

    await Promise.all([cache.get('a', load), cache.get('a', load)]);

    expect(load).toHaveBeenCalledTimes(1);
  });

  it('does not cache failures', async () => {
    const { cache, load } = cacheWith(() => 1_000);
    load.mockRejectedValueOnce(new Error('down')).mockResolvedValueOnce('up');

    await expect(cache.get('a', load)).rejects.toThrow('down');
    await expect(cache.get('a', load)).resolves.toBe('up');
  });

  it('does not cache values without a cache time', async () => {
    const { cache, load } = cacheWith(() => 0);
    load.mockResolvedValue('over');

    await cache.get('a', load);
    await cache.get('a', load);

    expect(load).toHaveBeenCalledTimes(2);
    expect(cache.has('a')).toBe(false);
  });

  it('evicts the least recently used value when full', async () => {
    const { cache, load } = cacheWith(() => 1_000, 2);
    load.mockResolvedValue('x');

    for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, load);

    expect(['a', 'b', 'c'].map((key) => cache.has(key))).toEqual([true, false, true]);
  });
});
