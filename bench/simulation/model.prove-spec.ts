import { describe, expect, it } from '@jest/globals';
import { mean } from '../load/interval.ts';
import { quantile } from '../load/quantiles.ts';
import { ofEachWrite, simulate, type Load, type Machine, type Setting } from './model.ts';

const cpuMs = ofEachWrite(() => 2);
const machine: Machine = { cores: 2, cpuMs, writeDelayMs: 1, leaderCpuMs: 1, watchDelayMs: 2 };
const setting: Setting = { workers: 16, writesBefore: ['patch', 'createLease'] };
const burst: Load = { executions: 500, created: { atOnce: 32 }, runMs: 0, seed: 1 };

describe('the model', () => {
  it('says the same of the same, and not of another seed', () => {
    const once = simulate(machine, setting, burst);
    expect(simulate(machine, setting, burst)).toEqual(once);
    expect(simulate(machine, setting, { ...burst, seed: 2 })).not.toEqual(once);
  });

  it('takes an execution that is alone through its writes, the two before its PipelineRun at the same time', () => {
    const alone = simulate(machine, setting, { ...burst, executions: 1, created: { atOnce: 1 } });
    const [untilPipelineRun] = alone.untilPipelineRun;
    // Two writes of the leader, 4 ms each give or take a half, and two watches; the third waits for the leader's thread only.
    expect(untilPipelineRun).toBeGreaterThan(2 * 2 + 4);
    expect(untilPipelineRun).toBeLessThan(2 * 6 + 1.5 + 4);
  });

  it('is as fast as the cores let it be when there is enough to do', () => {
    // What each write costs is drawn, and of one seed may be less than its mean.
    const outcomes = [1, 2, 3, 4].map((seed) => simulate(machine, setting, { ...burst, seed }));
    for (const { coresBusy } of outcomes) expect(coresBusy).toBeGreaterThan(0.95);
    // At least a create, five writes of the leader and the end of the run come before the last is terminal.
    const perSecond = mean(outcomes.map((outcome) => outcome.perSecond));
    expect(perSecond).toBeLessThan(2_000 / (7 * cpuMs.patch + 5 * machine.leaderCpuMs));
  });

  it('is slower when writes of PipelineRuns cost more', () => {
    const dear = { ...machine, cpuMs: { ...cpuMs, createRun: 6, patchRun: 6 } };
    expect(simulate(dear, setting, burst).perSecond).toBeLessThan(0.8 * simulate(machine, setting, burst).perSecond);
  });

  it('is bounded by the thread of the leader when there are cores in plenty', () => {
    const many = { ...machine, cores: 64 };
    const { leaderBusy, coresBusy } = simulate(many, { ...setting, workers: 128 }, burst);
    expect(leaderBusy).toBeGreaterThan(0.9);
    expect(coresBusy).toBeLessThan(0.2);
  });

  it.each([1, 2, 3])('has the leader stand in no line of requests, as the kernel has it: seed %d', (seed) => {
    const atOnce = 200;
    const { untilPipelineRun } = simulate(machine, setting, { ...burst, created: { atOnce }, seed });
    // The first one waits twice behind creates: with the two writes before its PipelineRun, and with that itself.
    const lineMs = (atOnce * cpuMs.create) / machine.cores;
    expect(Math.min(...untilPipelineRun)).toBeLessThan(2.5 * lineMs);
  });

  it('keeps up with what arrives as long as there is room, and answers later where there is little', () => {
    const arriving = (perSecond: number): Load => ({
      ...burst,
      executions: 2_000,
      created: { perSecond },
      runMs: 1_000,
    });
    const [idle, busy] = [simulate(machine, setting, arriving(5)), simulate(machine, setting, arriving(80))];
    expect(quantile(busy.untilPipelineRun, 0.95)).toBeGreaterThan(quantile(idle.untilPipelineRun, 0.95));
    expect(idle.coresBusy).toBeLessThan(0.1);
  });
});
