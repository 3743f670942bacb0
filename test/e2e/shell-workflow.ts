/** A task of a workflow: its steps as shell scripts by name, and other fields of the task. */
export interface ShellTask {
  readonly steps: Readonly<Record<string, string>>;
  readonly runAfter?: readonly string[];
  readonly retries?: number;
}

/** A workflow of one task, `run`, with one step, `shell`, that runs a shell script; `over` is put over the step. */
export function shellWorkflow(script: string, over: object = {}): string {
  return workflow([{ name: 'run', taskSpec: { steps: [{ ...stepOf('shell', script), ...over }] } }]);
}

/** A workflow of several tasks, by their names. */
export function tasksWorkflow(tasks: Readonly<Record<string, ShellTask>>): string {
  return workflow(
    Object.entries(tasks).map(([name, { steps, ...fields }]) => ({
      name,
      ...fields,
      taskSpec: { steps: Object.entries(steps).map(([step, script]) => stepOf(step, script)) },
    })),
  );
}

/** A step that runs a shell script. */
export function stepOf(name: string, script: string) {
  return { name, image: '${STEP_IMAGE}', script: `#!/bin/sh\n${script}\n` };
}

/** A workflow of tasks as Tekton has them; `over` is put over the pipeline. */
export function workflow(tasks: readonly object[], over: object = {}): string {
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'Pipeline',
    metadata: { name: 'workflow' },
    spec: { params: [{ name: 'TARGET_RESOURCE', type: 'string' }], tasks, ...over },
  });
}
