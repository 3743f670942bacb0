import { describe, expect, it } from '@jest/globals';
import { RequestBudget } from './request-budget.ts';

/** A budget of 100 bytes, 60 per owner; `gaveWay` names the requests that did. */
function setUp() {
  const budget = new RequestBudget({ total: 100, perOwner: 60 });
  const gaveWay: string[] = [];
  const admit = (name: string, bytes: number) =>
    budget.admit(name.charAt(0), bytes, ({ code }) => gaveWay.push(`${name} ${code}`));
  return { admit, gaveWay };
}

describe('the memory of requests', () => {
  it('makes the oldest incomplete request of an owner at its limit give way', () => {
    const { admit, gaveWay } = setUp();
    admit('a1', 20).complete(20);
    admit('a2', 20);
    admit('a3', 20);
    admit('b1', 20);

    admit('a4', 20);

    expect(gaveWay).toEqual(['a2 ResourceExhausted']);
  });

  it('makes the owner with the most incomplete memory give way at the total limit', () => {
    const { admit, gaveWay } = setUp();
    admit('a1', 40).complete(40);
    admit('b1', 10);
    admit('c1', 15);
    admit('c2', 15);
    admit('b2', 10);

    admit('d1', 18);
    admit('d2', 15);

    expect(gaveWay).toEqual(['c1 ResourceExhausted', 'd1 ResourceExhausted']);
  });

  it('refuses a request if all others are complete', () => {
    const { admit, gaveWay } = setUp();
    admit('a1', 50).complete(50);
    admit('b1', 50).complete(50);

    admit('c1', 1);

    expect(gaveWay).toEqual(['c1 ResourceExhausted']);
  });

  it('counts what has arrived, and then the size of the request', () => {
    const { admit, gaveWay } = setUp();
    const first = admit('a1', 10);
    first.growTo(40);
    first.growTo(30);
    const second = admit('a2', 20);
    expect(gaveWay).toEqual([]);
    first.complete(5);
    second.growTo(55);
    expect(gaveWay).toEqual([]);

    second.growTo(56);

    expect(gaveWay).toEqual(['a2 ResourceExhausted']);
  });

  it('gives memory back once, also of requests that gave way', () => {
    const { admit, gaveWay } = setUp();
    const first = admit('a1', 60);
    const second = admit('a2', 60);
    first.growTo(70);
    first.complete(60);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    admit('a3', 30);
    admit('a4', 30);

    admit('a5', 1);

    expect(gaveWay).toEqual(['a1 ResourceExhausted', 'a3 ResourceExhausted']);
  });
});
