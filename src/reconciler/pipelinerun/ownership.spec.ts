import { describe, expect, it } from '@jest/globals';
import { aPipelineRun } from '../../tekton/pipeline-run.builders.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { controllingExecution, isControlledBy, isRunOf } from './ownership.ts';

const owner = {
  apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
  kind: 'WorkflowExecution',
  name: 'wfe',
  uid: 'uid-1',
  controller: true,
};
const execution = aWorkflowExecution({ metadata: { name: 'wfe', uid: 'uid-1' } });
const owned = (...ownerReferences: object[]) => aPipelineRun({ metadata: { ownerReferences } });

describe('the owner of a PipelineRun', () => {
  it('is the execution that controls it', () => {
    expect(isControlledBy(owned(owner), execution)).toBe(true);
    expect(controllingExecution(owned(owner))).toEqual({ namespace: 'payment', name: 'wfe' });
  });

  it.each([
    ['nobody', owned()],
    ['an owner that does not control it', owned({ ...owner, controller: false })],
    ['another kind', owned({ ...owner, kind: 'Pod' })],
    ['the same kind of another group', owned({ ...owner, apiVersion: 'example.org/v1alpha1' })],
    ['half an owner', owned({ ...owner, name: undefined })],
  ])('is no execution when there is %s', (_what, run) => {
    expect(controllingExecution(run)).toBeUndefined();
    expect(isControlledBy(run, execution)).toBe(false);
  });

  it.each([
    ['UID', { uid: 'uid-0' }],
    ['name', { name: 'other' }],
  ])('is no other execution: %s', (_, other) => {
    expect(isControlledBy(owned({ ...owner, ...other }), execution)).toBe(false);
  });

  it('is the execution in any API version', () => {
    const apiVersion = 'workflowexecution.kubernaut.ai/v1';
    expect(isControlledBy(owned({ ...owner, apiVersion }), execution)).toBe(true);
  });

  it('is the one that controls it, regardless of other owners', () => {
    const pod = { ...owner, kind: 'Pod', uid: 'uid-2', controller: false };
    expect(isControlledBy(owned(pod, owner), execution)).toBe(true);
    expect(controllingExecution(owned(pod, owner))).toEqual({ namespace: 'payment', name: 'wfe' });
    expect(isControlledBy(owned({ ...owner, controller: false }), execution)).toBe(false);
    expect(isControlledBy(owned(), execution)).toBe(false);
  });

  it('is undefined without owner references', () => {
    const metadata = { ...owned().metadata, ownerReferences: undefined };
    const bare = { ...owned(), metadata };
    expect([isControlledBy(bare, execution), controllingExecution(bare)]).toEqual([false, undefined]);
  });
});

describe('the PipelineRun of an execution', () => {
  const name = 'run-1';
  const reference = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, namespace: 'payment', uid: 'uid-run-1' };
  const pending = execution;
  const recorded = { ...pending, status: { pipelineRunRef: reference } };

  it('is the one that it controls until one is recorded', () => {
    expect(isRunOf(owned(owner), pending)).toBe(true);
    expect(isRunOf(owned(), pending)).toBe(false);
  });

  it('is the one with the recorded UID, also without its owner reference', () => {
    expect(isRunOf(owned(), recorded)).toBe(true);
  });

  it('is not one with another UID, regardless of its controller', () => {
    expect(isRunOf(aPipelineRun({ metadata: { uid: 'uid-forged', ownerReferences: [owner] } }), recorded)).toBe(false);
  });
});
