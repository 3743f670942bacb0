import { describe, expect, it } from '@jest/globals';
import { classifyFailure as classify } from './classify-failure.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import type { PipelineRun } from './pipeline-run.ts';
import type { TaskRun } from './task-run.ts';

const classifyFailure = (pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]) =>
  classify(pipelineRun, taskRuns, (text) => text);

describe('a task that was canceled by hand', () => {
  const failed = aPipelineRun({ status: succeeded('False', 'Failed') });
  const cancelled = aTaskRun('run-1-a', succeeded('False', 'TaskRunCancelled', 'by somebody'));

  it('makes its PipelineRun fail as Cancelled', () => {
    expect(classifyFailure(failed, [cancelled])).toMatchObject({
      reason: 'Cancelled',
      message: expect.stringMatching(/ Tekton says: by somebody$/),
    });
  });

  it.each([
    ['ended with', '2026-11-23T12:05:01Z', 'TaskFailed'],
    ['ended after', '2026-11-23T12:05:02Z', 'TaskFailed'],
    ['ended before', '2026-11-23T12:05:00Z', 'Cancelled'],
  ])('has lost its pod if it %s a PipelineRun that failed because of it', (_, completionTime, reason) => {
    const status = { ...succeeded('False', 'Failed'), completionTime: '2026-11-23T12:05:01Z' };
    const taskRun = aTaskRun('run-1-a', { ...succeeded('False', 'TaskRunCancelled'), completionTime, podName: 'p' });
    const failure = classifyFailure(aPipelineRun({ status }), [taskRun]);
    expect(failure).toMatchObject({ reason, wasExecutionFailure: true });
    expect(failure.message.includes('its pod was deleted; Tekton replaced it')).toBe(reason === 'TaskFailed');
  });

  it('supplies the message of a canceled PipelineRun', () => {
    const pipelineRun = aPipelineRun({ status: succeeded('False', 'Cancelled', 'it was canceled') });
    expect(classifyFailure(pipelineRun, [cancelled]).message).toMatch(/ Tekton says: by somebody$/);
  });
});

it('the message does not mention finally tasks if a PipelineRun failed before it was canceled', () => {
  const status = succeeded('False', 'PipelineValidationFailed');
  const failure = classifyFailure(aPipelineRun({ spec: { status: 'Cancelled' }, status }), []);
  expect(failure.reason).toBe('ConfigurationError');
  expect(failure.message).not.toContain('finally');
});
