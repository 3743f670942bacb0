import { describe, expect, it } from '@jest/globals';
import { pipelineRunFinalizer } from '../tekton/build-pipeline-run.ts';
import { aPipelineRun, succeeded } from '../tekton/pipeline-run.builders.ts';
import type { Phase, WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { mayRelease } from './pipeline-run-retention.ts';

const running = succeeded('Unknown', 'Running');
const ended = succeeded('True', 'Succeeded');

function aRun({ deleted, status, uid = 'uid-run' }: { deleted: boolean; status: object; uid?: string }) {
  const deletion = deleted ? { deletionTimestamp: '2026-01-02T03:04:05Z' } : {};
  return aPipelineRun({ metadata: { uid, finalizers: [pipelineRunFinalizer], ...deletion }, status });
}

function anExecution(phase: Phase): WorkflowExecution {
  const pipelineRunRef = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    name: 'run-1',
    namespace: 'payment',
    uid: 'uid-run',
  };
  return aWorkflowExecution({ status: { phase, pipelineRunRef } });
}

describe('a PipelineRun of ours', () => {
  it.each<[string, Phase, object, boolean]>([
    ['is kept until its outcome is recorded', 'Running', ended, false],
    ['goes when its outcome is recorded', 'Completed', ended, true],
    ['goes when its outcome is recorded as a failure', 'Failed', ended, true],
    ['goes when it was deleted before it ended: Tekton does not go on with it', 'Running', running, true],
  ])('that somebody deletes %s', (_, phase, status, expected) => {
    expect(mayRelease(aRun({ deleted: true, status }), anExecution(phase))).toBe(expected);
  });

  it('that somebody deletes before it is recorded is kept, so that it is recorded and not created again', () => {
    const execution = aWorkflowExecution();
    const { uid, name } = execution.metadata;
    const owner = { apiVersion: 'v1', kind: 'WorkflowExecution', name, uid, controller: true };
    const deletionTimestamp = '2026-01-02T03:04:05Z';
    const run = aPipelineRun({ metadata: { deletionTimestamp, ownerReferences: [owner] }, status: running });
    expect(mayRelease(run, execution)).toBe(false);
  });

  it.each<Phase>(['Running', 'Completed', 'Failed'])('that nobody deletes costs no write when it is %s', (phase) => {
    expect(mayRelease(aRun({ deleted: false, status: ended }), anExecution(phase))).toBe(false);
  });
});

describe('another PipelineRun with the name of ours', () => {
  it('is not kept from being deleted', () => {
    const other = aRun({ deleted: true, status: ended, uid: 'uid-forged' });
    expect(mayRelease(other, anExecution('Running'))).toBe(true);
  });
});

describe('a PipelineRun whose execution is gone', () => {
  it.each([
    ['stays while it runs', false, running, false],
    ['goes when it has ended', false, ended, true],
    ['goes when it is deleted while it runs', true, running, true],
    ['goes when it is deleted', true, ended, true],
  ])('%s', (_, deleted, status, expected) => {
    expect(mayRelease(aRun({ deleted, status }), undefined)).toBe(expected);
  });
});
