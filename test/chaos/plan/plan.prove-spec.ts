import { describe, expect, it } from '@jest/globals';
import { canonicalTarget } from '../checker/target.ts';
import { interferenceKinds } from './interference.ts';
import { fullSize, quickSize, smallSize } from './options.ts';
import { planChaos } from './plan.ts';
import { Random } from './random.ts';

const plan = planChaos({ ...fullSize, seed: 7 });
const created = plan.flatMap((action) => (action.kind === 'create' ? [action.execution] : []));

describe('the plan of a chaos run', () => {
  it('is the same for the same seed', () => {
    expect(planChaos({ ...fullSize, seed: 7 })).toEqual(plan);
  });

  it('differs for another seed', () => {
    expect(planChaos({ ...fullSize, seed: 8 })).not.toEqual(plan);
  });

  it('creates the requested number of executions, each once', () => {
    expect(new Set(created.map(({ name }) => name)).size).toBe(300);
    expect(created).toHaveLength(300);
  });

  it('uses all targets from all namespaces, on the API server and through the API', () => {
    expect(new Set(created.map(({ target }) => canonicalTarget(target))).size).toBe(30);
    expect(new Set(created.map(({ namespace }) => namespace))).toEqual(new Set([0, 1, 2]));
    expect(new Set(created.map(({ by }) => by))).toEqual(new Set(['kubernetes', 'api']));
    expect(created.filter(({ ttlSeconds }) => ttlSeconds !== undefined).length).toBeGreaterThan(0);
  });

  it('kills, freezes and restarts the requested number of times, in time', () => {
    const count = (kind: string) => plan.filter((action) => action.kind === kind).length;
    expect([count('kill'), count('freeze'), count('restart-api-server')]).toEqual([20, 1, 2]);
    const faults = plan.filter(({ kind }) => !['create', 'delete', 'cancel'].includes(kind));
    expect(Math.max(...faults.map(({ atMs }) => atMs))).toBeLessThanOrEqual(360_000);
  });

  it('deletes and cancels some executions after their creation', () => {
    const bornAt = new Map(plan.flatMap((a) => (a.kind === 'create' ? [[a.execution.name, a.atMs] as const] : [])));
    const disturbed = plan.flatMap((a) => (a.kind === 'delete' || a.kind === 'cancel' ? [a] : []));
    expect(new Set(disturbed.map(({ kind }) => kind))).toEqual(new Set(['delete', 'cancel']));
    expect(disturbed.every(({ atMs, execution }) => atMs >= (bornAt.get(execution.name) ?? Infinity))).toBe(true);
  });

  it('has the same executions when there are more faults', () => {
    const more = planChaos({ ...fullSize, seed: 7, kills: 99 });
    expect(more.flatMap((action) => (action.kind === 'create' ? [action.execution] : []))).toEqual(created);
  });

  it('spells every target in several ways', () => {
    const spellings = Map.groupBy(
      created.map(({ target }) => target),
      canonicalTarget,
    );
    expect([...spellings.values()].filter((spelled) => new Set(spelled).size < 2)).toEqual([]);
  });

  it('runs the requested number of executions in pods', () => {
    expect(created.filter(({ inPod }) => inPod)).toHaveLength(20);
    const without = planChaos({ ...fullSize, seed: 7, pods: 0 });
    expect(without.some((action) => action.kind === 'create' && action.execution.inPod)).toBe(false);
  });

  it('interferes in every way, also while the leader is frozen', () => {
    const interferences = plan.flatMap((action) => (action.kind === 'interfere' ? [action] : []));
    expect(interferences).toHaveLength(90 + 2);
    expect(new Set(interferences.map(({ interference }) => interference.kind))).toEqual(new Set(interferenceKinds));
    const freeze = plan.find(({ kind }) => kind === 'freeze');
    const during = interferences.filter(({ atMs }) => atMs === freeze?.atMs);
    expect(during.map(({ interference }) => interference.kind)).toEqual(['delete-lock', 'prune-runs']);
  });

  it('has a form that takes half the time', () => {
    const kindsOf = (size: typeof fullSize) =>
      planChaos({ ...size, seed: 7 })
        .map(({ kind }) => kind)
        .toSorted();
    expect(kindsOf(quickSize)).toEqual(kindsOf(fullSize));
  });

  it('has a small form', () => {
    const small = planChaos({ ...smallSize, seed: 1 });
    expect(small.filter(({ kind }) => kind === 'create')).toHaveLength(40);
    expect(small.some(({ kind }) => kind === 'restart-api-server')).toBe(false);
  });
});

describe('random numbers', () => {
  it('are those of mulberry32', () => {
    const random = new Random(42);
    expect([random.next(), random.next()].map((value) => value.toFixed(6))).toEqual(['0.601104', '0.448291']);
  });

  it('reach both ends of a range', () => {
    const random = new Random(1);
    expect(new Set(Array.from({ length: 100 }, () => random.integer(2, 4)))).toEqual(new Set([2, 3, 4]));
  });
});
