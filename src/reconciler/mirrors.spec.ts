import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { Lease } from '../kubernetes/lease.ts';
import type { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import type { PipelineRun } from '../tekton/pipeline-run.ts';
import { aPipelineRun } from '../tekton/pipeline-run.builders.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { Mirrors } from './mirrors.ts';

/** A reflector whose changes a test makes. */
function aReflector<T extends KubernetesObject>() {
  const handlers: ((change: Change<T>) => void)[] = [];
  const reflector = { onChange: (handler: (typeof handlers)[number]) => handlers.push(handler) };
  const change = (object: T) => handlers.forEach((handler) => handler({ type: 'added', object }));
  return { reflector: reflector as unknown as Reflector<T>, change };
}

describe('a change in the cluster', () => {
  const [executions, pipelineRuns] = [aReflector<WorkflowExecution>(), aReflector<PipelineRun>()];
  const leases = aReflector<Lease>();
  const keys: string[] = [];
  new Mirrors(executions.reflector, pipelineRuns.reflector, leases.reflector).onChange((key) => keys.push(key));
  const owner = {
    apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
    kind: 'WorkflowExecution',
    name: 'we-pod-crash',
    uid: 'uid-1',
    controller: true,
  };

  it.each([
    [
      'of an execution is about that execution',
      () => executions.change(aWorkflowExecution()),
      ['payment/we-pod-crash'],
    ],
    [
      'of a PipelineRun is about the execution that controls it',
      () => pipelineRuns.change(aPipelineRun({ metadata: { ownerReferences: [owner] } })),
      ['payment/we-pod-crash'],
    ],
    ['of the PipelineRun of somebody else is about none', () => pipelineRuns.change(aPipelineRun()), []],
    [
      'of a PipelineRun that another kind controls is about none',
      () => pipelineRuns.change(aPipelineRun({ metadata: { ownerReferences: [{ ...owner, kind: 'Other' }] } })),
      [],
    ],
  ])('%s', (_what, change, expected) => {
    keys.length = 0;
    change();
    expect(keys).toEqual(expected);
  });
});
