import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionSpec } from '../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { buildPipelineRun } from './build-pipeline-run.ts';
import { pipelineRunName } from './names.ts';

const build = (spec: Partial<WorkflowExecutionSpec> = {}) => buildPipelineRun(aWorkflowExecution({ spec }));

describe('the PipelineRun of an execution', () => {
  it('fetches the Pipeline named workflow from the bundle', () => {
    const execution = aWorkflowExecution();
    expect(buildPipelineRun(execution)).toEqual({
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: {
        name: pipelineRunName(execution),
        namespace: 'payment',
        labels: {
          'kubernaut.ai/workflow-execution': 'we-pod-crash',
          'kubernaut.ai/workflow-id': 'oomkill-increase-memory',
          'kubernaut.ai/target-resource': 'payment.deployment.payment-api',
        },
        annotations: {
          'kubernaut.ai/workflow-execution': 'we-pod-crash',
          'kubernaut.ai/workflow-id': 'oomkill-increase-memory',
          'kubernaut.ai/target-resource': 'payment/deployment/payment-api',
        },
        finalizers: ['workflowexecution.kubernaut.ai/pipelinerun-outcome'],
        ownerReferences: [
          {
            apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1',
            kind: 'WorkflowExecution',
            name: 'we-pod-crash',
            uid: execution.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        pipelineRef: {
          resolver: 'bundles',
          params: [
            { name: 'bundle', value: 'quay.io/kubernaut/oomkill:v1.0.0' },
            { name: 'name', value: 'workflow' },
            { name: 'kind', value: 'pipeline' },
            { name: 'serviceAccount', value: 'workflow-execution-sa' },
          ],
        },
        params: [{ name: 'TARGET_RESOURCE', value: 'payment/deployment/payment-api' }],
        taskRunTemplate: {
          serviceAccountName: 'workflow-execution-sa',
          podTemplate: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
        },
      },
    });
  });

  it('does not restrict pods with pod security none', () => {
    const { taskRunTemplate } = buildPipelineRun(aWorkflowExecution(), { podSecurity: 'none' }).spec;
    expect(taskRunTemplate).toEqual({ serviceAccountName: 'workflow-execution-sa' });
  });

  it('passes the parameters sorted by name', () => {
    const there = build({ parameters: { B: '2', A: '1' } });
    expect(there.spec.params.map(({ name }) => name)).toEqual(['A', 'B', 'TARGET_RESOURCE']);
    expect(there).toEqual(build({ parameters: { A: '1', B: '2' } }));
  });

  it('adds the target as written, even if the parameters differ', () => {
    const targetResource = 'payment/Deployment/payment-api';
    expect(build({ targetResource, parameters: { TARGET_RESOURCE: 'mine' } }).spec.params).toEqual([
      { name: 'TARGET_RESOURCE', value: targetResource },
    ]);
  });

  it('has the canonical target in its label and annotation', () => {
    const execution = aWorkflowExecution({
      spec: { targetResource: 'payment/Deploy/payment-api' },
      status: { target: 'payment/deployment/payment-api' },
    });
    expect(buildPipelineRun(execution).metadata).toMatchObject({
      labels: { 'kubernaut.ai/target-resource': 'payment.deployment.payment-api' },
      annotations: { 'kubernaut.ai/target-resource': 'payment/deployment/payment-api' },
    });
  });

  it('runs and pulls its bundle as the ServiceAccount of the execution', () => {
    const { spec } = build({ executionConfig: { serviceAccountName: 'careful' } });
    expect(spec.taskRunTemplate.serviceAccountName).toBe('careful');
    expect(spec.pipelineRef.params).toContainEqual({ name: 'serviceAccount', value: 'careful' });
  });

  it('gives its tasks the timeout of the run', () => {
    const { spec } = build({ executionConfig: { timeout: '2h30m' } });
    expect(spec.timeouts).toEqual({ pipeline: '2h30m', tasks: '2h30m' });
  });

  it('reserves finallyTimeout for finally tasks', () => {
    const { spec } = build({ executionConfig: { timeout: '2h30m', finallyTimeout: '30m' } });
    expect(spec.timeouts).toEqual({ pipeline: '2h30m', finally: '30m' });
  });

  it('has no timeout if the execution has none', () => {
    expect(build().spec).not.toHaveProperty('timeouts');
    expect(build({ executionConfig: {} }).spec).not.toHaveProperty('timeouts');
  });

  it('passes the trace to Tekton, if there is one', () => {
    const traced = buildPipelineRun(aWorkflowExecution(), { traceparent: '00-abc-def-01' });
    expect(traced.metadata.annotations['tekton.dev/pipelinerunSpanContext']).toBe('{"traceparent":"00-abc-def-01"}');
    expect(buildPipelineRun(aWorkflowExecution()).metadata.annotations).not.toHaveProperty([
      'tekton.dev/pipelinerunSpanContext',
    ]);
  });

  it('fetches the bundle by digest, if there is one', () => {
    const containerDigest = `sha256:${'0'.repeat(64)}`;
    const { workflowRef } = aWorkflowExecution().spec;
    expect(build({ workflowRef: { ...workflowRef, containerDigest } }).spec.pipelineRef.params[0]).toEqual({
      name: 'bundle',
      value: `quay.io/kubernaut/oomkill:v1.0.0@${containerDigest}`,
    });
  });

  it('has valid labels and untruncated annotations for any name', () => {
    const name = `${'a'.repeat(80)}.b`;
    const { metadata } = buildPipelineRun(aWorkflowExecution({ metadata: { name } }));
    expect(metadata.labels['kubernaut.ai/workflow-execution']).toMatch(/^a{50}-[0-9a-f]{12}$/);
    expect(metadata.annotations['kubernaut.ai/workflow-execution']).toBe(name);
  });
});
