/** The custom task of the chaos run's workflow (https://tekton.dev/docs/pipelines/customruns/). */
export const waitTask = { apiVersion: 'chaos.kubernaut.ai/v1', kind: 'Wait' } as const;

/** Parameters: duration in milliseconds, and result. */
export const waitParameters = { duration: 'DURATION_MS', verdict: 'VERDICT' } as const;

const params = ['TARGET_RESOURCE', ...Object.values(waitParameters)].map((name) => ({ name, type: 'string' }));

/** A workflow of one waiting custom task: a real PipelineRun without a pod, so that a small machine runs hundreds. */
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

/** The same in a pod. */
export const podWorkflow = JSON.stringify({
  apiVersion: 'tekton.dev/v1',
  kind: 'Pipeline',
  metadata: { name: 'workflow' },
  spec: {
    params,
    tasks: [{ name: 'wait', taskSpec: { steps: [{ name: 'wait', image: '${STEP_IMAGE}', script: waitScript() }] } }],
  },
});

/** In whole seconds, for any shell. */
function waitScript(): string {
  const { duration, verdict } = waitParameters;
  return `#!/bin/sh\nsleep $(( $(params.${duration}) / 1000 ))\n[ "$(params.${verdict})" = True ]\n`;
}
