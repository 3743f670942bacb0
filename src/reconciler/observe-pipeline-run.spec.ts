import { describe, expect, it } from '@jest/globals';
import { aPipelineRun, aTaskRun, succeeded } from '../tekton/pipeline-run.builders.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import {
  observeConflict,
  observeMissingPipelineRun,
  observePipelineRun,
  observeStart,
} from './observe-pipeline-run.ts';

const pipelineRun = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  name: 'run-1',
  namespace: 'payment',
  uid: 'uid-run-1',
};
const startTime = '2026-11-23T12:05:00Z';
const completionTime = '2026-11-23T12:05:07Z';
const observe = (status: object) => observePipelineRun(aPipelineRun({ status }), []);

describe('an execution with a PipelineRun', () => {
  it('waits while Tekton has not begun', () => {
    expect(observe({})).toMatchObject({ phase: 'Running', pipelineRun, message: expect.stringContaining('waits') });
  });

  it('is running', () => {
    expect(observe({ ...succeeded('Unknown', 'Running'), startTime })).toMatchObject({ phase: 'Running', startTime });
  });

  it('is Completed when it has succeeded', () => {
    expect(observe({ ...succeeded('True', 'Succeeded'), startTime, completionTime })).toEqual({
      phase: 'Completed',
      pipelineRun,
      startTime,
      completionTime,
      message: 'PipelineRun run-1 succeeded. as Tekton says',
    });
  });

  it('has failed when it has', () => {
    expect(observe({ ...succeeded('False', 'CouldntGetPipeline'), startTime, completionTime })).toMatchObject({
      phase: 'Failed',
      pipelineRun,
      completionTime,
      failure: { reason: 'BundleResolutionFailed' },
    });
  });

  it('has failed when it has ended without saying how', () => {
    expect(observe({ completionTime })).toMatchObject({ phase: 'Failed', failure: { reason: 'UnknownStatus' } });
  });

  it('is Running once it is found, whatever has become of it', () => {
    const ended = aPipelineRun({ status: { ...succeeded('True', 'Succeeded'), startTime, completionTime } });
    expect(observeStart(ended, 'adopted')).toMatchObject({
      phase: 'Running',
      pipelineRun,
      startTime,
      begun: 'adopted',
    });
  });

  it('is being cancelled when Tekton has been asked to', () => {
    const cancelled = { ...aPipelineRun(), spec: { status: 'CancelledRunFinally' } };
    expect(observePipelineRun(cancelled, [])).toMatchObject({ phase: 'Running', isBeingCancelled: true });
  });

  it('has failed when it is of somebody else', () => {
    expect(observeConflict(aPipelineRun())).toMatchObject({
      phase: 'Failed',
      failure: { reason: 'PipelineRunConflict', message: expect.stringContaining('run-1'), wasExecutionFailure: false },
    });
  });
});

describe('an execution whose PipelineRun is gone', () => {
  const ran = aTaskRun('run-1-a', { steps: [{ name: 's', imageID: 'busybox@sha256:1' }] });

  it.each([
    ['Tekton had started it', { startTime, pipelineRunRef: pipelineRun }, [], 'PipelineRunDeleted', true],
    ['a step of it is still to be seen', { pipelineRunRef: pipelineRun }, [ran], 'PipelineRunDeleted', true],
    ['Tekton had not started it', { pipelineRunRef: pipelineRun }, [], 'PipelineRunDeleted', false],
    ['there was never one', {}, [], 'MissingPipelineRun', false],
  ] as const)('when %s', (_what, status, taskRuns, reason, wasExecutionFailure) => {
    const execution = aWorkflowExecution({ status: { phase: 'Running', ...status } });
    expect(observeMissingPipelineRun(execution, taskRuns)).toMatchObject({
      phase: 'Failed',
      failure: { reason, wasExecutionFailure },
    });
  });
});
