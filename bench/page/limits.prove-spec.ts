import { describe, expect, it } from '@jest/globals';
import { closest, limitsOf, type Limit, type Lookup } from './limits.ts';

/** Figures by name, of any bench. */
function measured(figures: Readonly<Record<string, number>>): Lookup {
  return (_bench, figure) => figures[figure];
}

function loadAt(limits: readonly Limit[], component: string): number | undefined {
  return limits.find((limit) => limit.component === component)?.at;
}

describe('limits', () => {
  it('are unknown without measurements', () => {
    const limits = limitsOf(measured({}));

    expect(limits.filter(({ at }) => at !== undefined)).toEqual([]);
    expect(closest(limits, 'rate', 100)).toEqual([]);
  });

  it('are reached where the load exhausts a component', () => {
    const limits = limitsOf(
      measured({
        'CPU of the service for an execution': 10,
        'CPU of the API server for an execution': 300,
        'CPU of etcd for an execution': 100,
        'resident memory of the api at most, with 10,000 executions': 224,
        'resident memory of the api at most, with 50,000 executions': 304,
        'resident memory of the controller at most, with 10,000 executions': 230.4,
        'resident memory of the controller at most, with 50,000 executions': 270.4,
      }),
    );

    expect(loadAt(limits, "the leader's event loop")).toBe(100);
    expect(loadAt(limits, 'CPU of API server and etcd')).toBe(20);
    // 85 % of 1,024 MB, with 2 MB and 1 MB more for each 1,000 executions.
    expect(loadAt(limits, "the API's memory")).toBeCloseTo(333_200);
    expect(loadAt(limits, "the controller's memory")).toBeCloseTo(650_000);
  });

  it('are ordered by how close a load comes to them', () => {
    const figures = { 'CPU of the service for an execution': 10, "CPU of Tekton's webhook for an execution": 50 };
    const [first, second, third] = closest(limitsOf(measured(figures)), 'rate', 10);

    expect([first?.[0].component, first?.[1]]).toEqual(["CPU of Tekton's webhook", 0.2]);
    expect([second?.[0].component, second?.[1]]).toEqual(["the leader's event loop", 0.1]);
    expect(third).toBeUndefined();
  });
});
