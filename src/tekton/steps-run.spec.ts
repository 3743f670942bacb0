import { expect, it } from '@jest/globals';
import { aPipelineRun, aTaskRun } from './pipeline-run.builders.ts';
import { stepsMayHaveRun } from './steps-run.ts';

it('no step has run of a TaskRun with a pod that has started none and that nobody has ended', () => {
  const waiting = aTaskRun('run-1-a', { podName: 'run-1-a-pod', steps: [{ name: 's', waiting: {} }] });
  expect(stepsMayHaveRun(aPipelineRun(), [waiting])).toBe(false);
});
