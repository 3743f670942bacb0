import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { FailedTask, FailureReason } from '../workflow-execution/generated/workflow-execution.ts';
import { classifyFailure } from './classify-failure.ts';
import { advice, taskTimeoutAdvice } from './failure-reasons.ts';
import { aPipelineRun, aTaskRun, succeeded } from './pipeline-run.builders.ts';
import { parsePipelineRun, type PipelineRun, readOutcome } from './pipeline-run.ts';
import { parseTaskRun, type TaskRun } from './task-run.ts';

interface Recording {
  readonly pipelineRun: unknown;
  readonly taskRuns: readonly unknown[];
}

/** A PipelineRun with its TaskRuns as Tekton v1.15 left them. */
function recorded(name: string): { pipelineRun: PipelineRun; taskRuns: TaskRun[] } {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  const { pipelineRun, taskRuns } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  return { pipelineRun: parsePipelineRun(pipelineRun), taskRuns: taskRuns.map(parseTaskRun) };
}

describe('a recorded run', () => {
  it.each<[string, FailureReason, boolean, FailedTask | undefined]>([
    ['oom', 'OOMKilled', true, { name: 'main', stepName: 's', exitCode: 137 }],
    ['exit1', 'TaskFailed', true, { name: 'main', stepName: 's', exitCode: 3 }],
    ['prtimeout', 'DeadlineExceeded', true, { name: 'main' }],
    ['quota', 'ResourceExhausted', false, { name: 'main' }],
    ['imagepull', 'ImagePullBackOff', false, { name: 'main' }],
    ['badimg', 'ImagePullBackOff', false, { name: 'main' }],
    ['nobundle', 'BundleResolutionFailed', false, undefined],
    ['badregistry', 'BundleResolutionFailed', false, undefined],
    ['nopipelineinbundle', 'BundleResolutionFailed', false, undefined],
    ['nokind', 'BundleResolutionFailed', false, undefined],
    ['missingparam', 'ConfigurationError', false, undefined],
    ['nosa', 'ConfigurationError', false, { name: 'main' }],
    ['cancel', 'Cancelled', true, undefined],
  ])('%s is %s, steps ran: %p', (name, reason, wasExecutionFailure, failedTask) => {
    const { pipelineRun, taskRuns } = recorded(name);
    const { message, ...failure } = classifyFailure(pipelineRun, taskRuns, (text) => text);
    expect(failure).toEqual({ reason, wasExecutionFailure, failedTask });
    expect(message).toContain('Tekton says: ');
  });

  it.each(['ok', 'extraparam'])('%s has succeeded', (name) => {
    expect(readOutcome(recorded(name).pipelineRun).state).toBe('succeeded');
  });
});

describe('the advice for a timeout', () => {
  it.each([
    ['Failed', 'TaskRunTimeout', taskTimeoutAdvice],
    ['PipelineRunTimeout', 'TaskRunCancelled', advice.DeadlineExceeded],
  ])('names the timeout that was reached (%s, %s)', (ofRun, ofTask, expected) => {
    const pipelineRun = aPipelineRun({ status: succeeded('False', ofRun) });
    const taskRuns = [aTaskRun('run-a', succeeded('False', ofTask))];
    expect(classifyFailure(pipelineRun, taskRuns, (text) => text).message).toContain(expected);
  });
});
