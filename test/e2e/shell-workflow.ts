/** A workflow of one task, `run`, with one step, `shell`, that runs a shell script; `over` is put over the step. */
export function shellWorkflow(script: string, over: object = {}): string {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'Pipeline',
    metadata: { name: 'workflow' },
    spec: {
      params: [{ name: 'TARGET_RESOURCE', type: 'string' }],
      tasks: [
        {
          name: 'run',
          taskSpec: { steps: [{ name: 'shell', image: '${STEP_IMAGE}', script: `#!/bin/sh\n${script}\n`, ...over }] },
        },
      ],
    },
  });
}
