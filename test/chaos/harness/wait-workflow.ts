/** What the chaos run's workflow asks for: a task that Tekton leaves to somebody else (https://tekton.dev/docs/pipelines/customruns/). */
export const waitTask = { apiVersion: 'chaos.kubernaut.ai/v1', kind: 'Wait' } as const;

/** Parameters of the workflow: how long it runs, in milliseconds, and how it ends. */
export const waitParameters = { duration: 'DURATION_MS', verdict: 'VERDICT' } as const;

const params = ['TARGET_RESOURCE', ...Object.values(waitParameters)].map((name) => ({ name, type: 'string' }));

/**
 * The workflow of the chaos run: one task that waits. It is run by the real Tekton and needs no pod, so that hundreds of
 * PipelineRuns truly run, for as long as the plan says, on a small machine.
 */
export const waitWorkflow = JSON.stringify({
  apiVersion: 'tekton.dev/v1',
  kind: 'Pipeline',
  metadata: { name: 'workflow' },
  spec: {
    params,
    tasks: [
      {
        name: 'wait',
        taskRef: waitTask,
        params: Object.values(waitParameters).map((name) => ({ name, value: `$(params.${name})` })),
      },
    ],
  },
});

/** The same in a pod, for those executions that are to have one. */
export const podWorkflow = JSON.stringify({
  apiVersion: 'tekton.dev/v1',
  kind: 'Pipeline',
  metadata: { name: 'workflow' },
  spec: {
    params,
    tasks: [{ name: 'wait', taskSpec: { steps: [{ name: 'wait', image: '${STEP_IMAGE}', script: waitScript() }] } }],
  },
});

/** In whole seconds, as every shell can. */
function waitScript(): string {
  const { duration, verdict } = waitParameters;
  return `#!/bin/sh\nsleep $(( $(params.${duration}) / 1000 ))\n[ "$(params.${verdict})" = True ]\n`;
}
