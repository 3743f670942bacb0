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
    const observation = observe({});
    expect(observation).toMatchObject({ phase: 'Running', pipelineRun, message: expect.stringMatching(/run-1 waits/) });
    expect(observation).not.toHaveProperty('isBeingCancelled');
  });

  it('is running', () => {
    const observation = observe({ ...succeeded('Unknown', 'Running'), startTime });
    expect(observation).toMatchObject({
      phase: 'Running',
      startTime,
      message: expect.stringMatching(/run-1 is running/),
    });
    expect(observation).not.toHaveProperty('completionTime');
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
    expect(observe({ startTime, completionTime })).toEqual({
      phase: 'Failed',
      pipelineRun,
      startTime,
      completionTime,
      failure: {
        reason: 'UnknownStatus',
        message: expect.stringMatching(/^Look at the PipelineRun.* run-1\.$/),
        wasExecutionFailure: false,
      },
    });
    const ran = aTaskRun('run-1-a', { steps: [{ name: 's', imageID: 'busybox@sha256:1' }] });
    expect(observePipelineRun(aPipelineRun({ status: { completionTime } }), [ran])).toMatchObject({
      failure: { wasExecutionFailure: true },
    });
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
    expect(observePipelineRun(cancelled, [])).toMatchObject({
      phase: 'Running',
      isBeingCancelled: true,
      message: expect.stringMatching(/run-1 is being cancelled/),
    });
  });

  it('is named without a namespace when it has none', () => {
    const metadata = { ...aPipelineRun().metadata, namespace: undefined };
    expect(observeStart({ ...aPipelineRun(), metadata }, 'created')).toMatchObject({ pipelineRun: { namespace: '' } });
  });

  it('has failed when it is of somebody else', () => {
    expect(observeConflict(aPipelineRun())).toMatchObject({
      phase: 'Failed',
      failure: {
        reason: 'PipelineRunConflict',
        message: expect.stringMatching(/run-1 exists .*\. Delete or rename/),
        wasExecutionFailure: false,
      },
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
      failure: {
        reason,
        wasExecutionFailure,
        message: expect.stringMatching(/PipelineRun.+\. Check the target .+\.$/),
      },
    });
  });

  it('is told by the name of the PipelineRun, where it is known', () => {
    const execution = aWorkflowExecution({ status: { phase: 'Running', pipelineRunRef: pipelineRun } });
    expect(observeMissingPipelineRun(execution, [])).toMatchObject({
      failure: { message: expect.stringMatching(/^PipelineRun run-1 was deleted/) },
    });
    expect(observeMissingPipelineRun(aWorkflowExecution(), [])).toMatchObject({
      failure: { reason: 'MissingPipelineRun', message: expect.stringMatching(/^The status says Running/) },
    });
  });

  it('counts as run when any TaskRun that is left has started a step', () => {
    const idle = aTaskRun('run-1-b', { steps: [{ name: 's' }] });
    const execution = aWorkflowExecution({ status: { phase: 'Running', pipelineRunRef: pipelineRun } });
    expect(observeMissingPipelineRun(execution, [idle, ran])).toMatchObject({ failure: { wasExecutionFailure: true } });
    expect(observeMissingPipelineRun(execution, [idle])).toMatchObject({ failure: { wasExecutionFailure: false } });
  });
});
