import { describe, expect, it } from '@jest/globals';
import { nearest, wallsOf, type Known, type Wall } from './walls.ts';

/** Figures by their names, in whichever bench. */
function measured(figures: Readonly<Record<string, number>>): Known {
  return (_bench, figure) => figures[figure];
}

function wall(walls: readonly Wall[], name: string): number | undefined {
  return walls.find((one) => one.name === name)?.at;
}

describe('the walls', () => {
  it('stand nowhere as long as nothing is measured', () => {
    const walls = wallsOf(measured({}));

    expect(walls.filter(({ at }) => at !== undefined)).toEqual([]);
    expect(nearest(walls, 'rate', 100)).toEqual([]);
  });

  it('stand where the limit is as large as what the load takes', () => {
    const walls = wallsOf(
      measured({
        'CPU of the leader for an execution': 10,
        'CPU of the API server for an execution': 300,
        'CPU of etcd for an execution': 100,
        'start to ready, with 10,000 executions': 5,
        'start to ready, with 50,000 executions': 15,
      }),
    );

    expect(wall(walls, "the leader's thread")).toBe(100);
    expect(wall(walls, "API server's and etcd's CPU")).toBe(20);
    // A quarter of a millisecond more for each.
    expect(wall(walls, "a replica's start")).toBe(230_000);
  });

  it('are met in the order in which a load comes near to them', () => {
    const figures = { 'CPU of the leader for an execution': 10, "CPU of Tekton's webhook for an execution": 50 };
    const [first, second, third] = nearest(wallsOf(measured(figures)), 'rate', 10);

    expect([first?.[0].name, first?.[1]]).toEqual(["Tekton's webhook's CPU", 0.2]);
    expect([second?.[0].name, second?.[1]]).toEqual(["the leader's thread", 0.1]);
    expect(third).toBeUndefined();
  });
});
