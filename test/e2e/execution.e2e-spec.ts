import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pipelineRunLabels } from '../../src/tekton/build-pipeline-run.ts';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { sharedApi } from '../integration/api/shared-api.ts';
import { grpcLog, restLog, readToEnd } from '../support/log-reader.ts';
import { podResource } from '../support/pods.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { publishSampleWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { shellWorkflow, tasksWorkflow, workflow } from './shell-workflow.ts';

const [api] = await sharedApi();

describeOnPods('the API and a controller, with real containers', (environment) => {
  let controller: ServiceProcess;

  beforeAll(async () => (controller = await startService(environment().controller)));
  afterAll(() => controller.stop());

  it.concurrent('runs a workflow from its bundle and passes its parameter to the container', async () => {
    const { client, namespace, publisher, kubectl, create, finished } = environment();
    const containerImage = await publishSampleWorkflow(publisher);
    await create('e2e-test-wfe', containerImage, { parameters: { MESSAGE: 'Hello from E2E test' } });

    const execution = await finished('e2e-test-wfe');

    expect(execution.status).toMatchObject({ phase: 'Completed', outcome: 'Success', observedGeneration: 1 });
    const name = execution.status?.pipelineRunRef?.name ?? '';
    const { metadata, status } = await client.get(pipelineRunResource, { namespace, name });
    expect(execution.status?.startTime).toBe(metadata.creationTimestamp);
    expect(execution.status?.completionTime).toBe(status.completionTime);
    const ofRun = `tekton.dev/pipelineRun=${name}`;
    await expect(kubectl('logs', '-n', namespace, '-l', ofRun, '-c', 'step-report', '--tail=-1')).resolves.toBe(
      `Remediating ${namespace}/deployment/e2e-test-wfe\nHello from E2E test\n`,
    );
  });

  it.concurrent('passes a parameter to the container byte for byte, as a variable and as an argument', async () => {
    const { namespace, publisher, kubectl, create, execute, finished } = environment();
    const parameters = { MESSAGE: nastyButLegal };
    const encode = { command: ['sh', '-c', 'printf %s "$1" | base64 -w 0', 'sh'], args: ['$(params.MESSAGE)'] };
    const taskSpec = { steps: [{ name: 'encode', image: '${STEP_IMAGE}', ...encode }] };
    const params = ['TARGET_RESOURCE', 'MESSAGE'].map((name) => ({ name, type: 'string' }));
    await create('as-variable', await publishSampleWorkflow(publisher), { parameters });
    await execute('as-argument', workflow([{ name: 'run', taskSpec }], { params }), { parameters });
    const logOf = async (name: string, step: string) => {
      const { status } = await finished(name);
      expect(status?.phase).toBe('Completed');
      const ofRun = `tekton.dev/pipelineRun=${status?.pipelineRunRef?.name ?? ''}`;
      return kubectl('logs', '-n', namespace, '-l', ofRun, '-c', `step-${step}`, '--tail=-1');
    };

    // The log does not keep a CR before a line feed: containerd drops it.
    const logged = nastyButLegal.replaceAll('\r\n', '\n');
    await expect(logOf('as-variable', 'report')).resolves.toBe(
      `Remediating ${namespace}/deployment/as-variable\n${logged}\n`,
    );
    await expect(logOf('as-argument', 'encode')).resolves.toBe(Buffer.from(nastyButLegal).toString('base64'));
  });

  it.concurrent('reports the task, the step and the exit code of a workflow that failed', async () => {
    const { execute, finished } = environment();
    await execute('failing', shellWorkflow('exit 3'));

    const { status } = await finished('failing');

    expect(status).toMatchObject({
      phase: 'Failed',
      outcome: 'Failed',
      failure: {
        reason: 'TaskFailed',
        wasExecutionFailure: true,
        failedTask: { name: 'run', stepName: 'shell', exitCode: 3 },
      },
    });
  });

  it.concurrent('streams the log of a run over REST and gRPC, with all tasks, steps and retries', async () => {
    const { namespace, execute } = environment();
    const workflow = tasksWorkflow({
      first: { steps: { one: 'echo 1; echo 2', two: 'echo 3; printf 4' } },
      second: { runAfter: ['first'], retries: 1, steps: { one: 'echo 5; exit 1' } },
    });
    await execute('followed', workflow);

    const wanted = { namespace, name: 'followed' };
    const followed = await Promise.all(
      [restLog, grpcLog].map(async (read) => [read, await readToEnd(read(api, { ...wanted, follow: true }))] as const),
    );

    for (const [read, lines] of followed) {
      expect(lines.map(({ task, step, text }) => `[${task} : ${step}] ${text}`)).toEqual([
        '[first : one] 1',
        '[first : one] 2',
        '[first : two] 3',
        '[first : two] 4',
        '[second : one] 5',
        '[second : one] 5',
      ]);
      expect(new Set(lines.map(({ pod }) => pod)).size).toBe(3);
      expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).toSorted());
      await expect(readToEnd(read(api, wanted))).resolves.toEqual(lines);
    }
  });

  it.concurrent('deletes the PipelineRun and its pods with an execution', async () => {
    const { client, namespace, execute } = environment();
    const { metadata } = await execute('deleted', shellWorkflow("trap 'exit 0' TERM; sleep 600 & wait"));
    const ours = { namespace, labelSelector: `${pipelineRunLabels.workflowExecution}=deleted` };
    const isRunning = ({ status }: { status: { phase?: string } }) => status.phase === 'Running';
    await waitFor(client, podResource, ours, 'its pod runs', (pods) => pods.some(isRunning));

    await client.delete(workflowExecutionResource, metadata);

    await waitFor(client, workflowExecutionResource, { namespace, name: 'deleted' }, 'it is gone', isEmpty);
    await expect(client.list(pipelineRunResource, ours)).resolves.toHaveProperty('items', []);
    await expect(client.list(podResource, ours)).resolves.toHaveProperty('items', []);
  });
});

/** All valid characters that shells, JSON, YAML and templates might misinterpret. */
const nastyButLegal =
  `it's "quoted" \\n \`id\` \${HOME} $HOME $5 a$b $ (x) ; | & < > * ? ~ ! # %s %d --flag\t{"json": [1]} - {{ .Values }} ` +
  `é ß 漢字 😀 \u0001\u001b[31m\u007f\u2028\u00a0\nline 2\r\n  trailing  \n\nthe end: $x`;

function isEmpty(objects: readonly unknown[]): boolean {
  return objects.length === 0;
}
