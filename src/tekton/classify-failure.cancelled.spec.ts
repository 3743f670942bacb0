import { describe, expect, it } from '@jest/globals';
import { classifyFailure as classify } from './classify-failure.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import type { PipelineRun } from './pipeline-run.ts';
import type { TaskRun } from './task-run.ts';

const classifyFailure = (pipelineRun: PipelineRun, taskRuns: readonly TaskRun[]) =>
  classify(pipelineRun, taskRuns, (text) => text);

describe('a task that somebody cancelled', () => {
  const failed = aPipelineRun({ status: succeeded('False', 'Failed') });
  const cancelled = aTaskRun('run-1-a', succeeded('False', 'TaskRunCancelled', 'by somebody'));

  it('is why its PipelineRun failed, which is then Cancelled', () => {
    expect(classifyFailure(failed, [cancelled])).toMatchObject({
      reason: 'Cancelled',
      message: expect.stringMatching(/ Tekton says: by somebody$/),
    });
  });

  it('tells more of a cancelled PipelineRun than that does', () => {
    const pipelineRun = aPipelineRun({ status: succeeded('False', 'Cancelled', 'it was cancelled') });
    expect(classifyFailure(pipelineRun, [cancelled]).message).toMatch(/ Tekton says: by somebody$/);
  });
});

it('finally tasks are not spoken of when a PipelineRun failed for another reason before it was cancelled', () => {
  const status = succeeded('False', 'PipelineValidationFailed');
  const failure = classifyFailure(aPipelineRun({ spec: { status: 'Cancelled' }, status }), []);
  expect(failure.reason).toBe('ConfigurationError');
  expect(failure.message).not.toContain('finally');
});
