import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { operatorCaller } from '../support/callers.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { publishWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';
import { shellWorkflow } from './shell-workflow.ts';

const root = join(import.meta.dirname, '..', '..');

describeOnPods('the examples, while the service is killed', (environment) => {
  let service: ServiceProcess;
  let directory: string;
  let token: string;

  const start = (settings: Readonly<Record<string, string>> = {}) =>
    startService({
      kubeconfig: environment().service.kubeconfig,
      settings: { ...environment().service.settings, ...settings },
    });

  beforeAll(async () => {
    service = await start();
    ({ token } = await operatorCaller(environment().client));
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-examples-'));
    await writeFile(join(directory, 'token'), token);
  });
  afterAll(async () => {
    await service.stop();
    await rm(directory, { recursive: true });
  });

  /** Kills the service and restarts it at the same addresses. */
  async function restart(): Promise<void> {
    const { http, grpc } = service;
    await service.stop('SIGKILL');
    service = await start({ WFE_HTTP_ADDRESS: http, WFE_GRPC_ADDRESS: grpc });
  }

  /** Runs an example; calls back when it reports that the workflow runs. */
  async function run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    whenRunning: () => Promise<void>,
  ): Promise<{ code: number | null; said: string[]; output: string }> {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const said: string[] = [];
    let meanwhile: Promise<void> | undefined;
    const listen = (input: NodeJS.ReadableStream) =>
      createInterface({ input }).on('line', (line) => {
        said.push(line);
        if (/running/i.test(line)) meanwhile ??= whenRunning();
      });
    listen(child.stderr);
    const output = text(child.stdout);
    // The script prints both its result and its progress to stdout.
    if (command !== process.execPath) listen(child.stdout);
    const code = await ended;
    await meanwhile;
    return { code, said, output: await output };
  }

  /** The orchestrator's result without conditions: the one of the audit trail is written after the end. */
  const outcomeOf = (told: string) => ({ ...(JSON.parse(told) as object), conditions: undefined });

  const publish = (name: string, script: string) =>
    publishWorkflow(environment().publisher, `${name}:v1`, shellWorkflow(script));

  const runsOf = (requestId: string) =>
    environment()
      .client.list(workflowExecutionResource, { namespace: environment().namespace })
      .then(({ items }) => items.filter(({ spec }) => spec.remediationRequestRef.name === requestId));

  const orchestrate = (requestId: string, bundle: string, whenRunning: () => Promise<void>) =>
    run(
      process.execPath,
      [
        'examples/remediation-orchestrator/main.ts',
        ...['--address', service.grpc, '--token-file', join(directory, 'token')],
        ...['--namespace', environment().namespace, '--request-id', requestId],
        ...['--bundle', bundle, '--target', `${environment().namespace}/deployment/${requestId}`],
      ],
      {},
      whenRunning,
    );

  const remediate = (requestId: string, bundle: string, whenRunning: () => Promise<void>) =>
    run(
      'examples/rest/remediate.sh',
      [environment().namespace, requestId, bundle, `${environment().namespace}/deployment/${requestId}`],
      { WFE_URL: `http://${service.http}`, WFE_TOKEN: token },
      whenRunning,
    );

  it('the orchestrator over gRPC reads the outcome and creates one execution', async () => {
    const bundle = await publish('orchestrated', 'echo working; sleep 8');

    const { code, output, said } = await orchestrate('rr-grpc', bundle, restart);
    const again = await orchestrate('rr-grpc', bundle, () => Promise.resolve());

    expect({ code, said }).toMatchObject({ code: 0 });
    expect(JSON.parse(output)).toMatchObject({ phase: 'PHASE_COMPLETED' });
    expect(outcomeOf(again.output)).toEqual(outcomeOf(output));
    await expect(runsOf('rr-grpc')).resolves.toHaveLength(1);
    const runs = await environment().client.list(pipelineRunResource, { namespace: environment().namespace });
    expect(runs.items).toHaveLength(1);
  });

  it('the orchestrator reports a failed workflow and a denied request', async () => {
    const failed = await orchestrate('rr-fails', await publish('orchestrated-fails', 'exit 3'), () =>
      Promise.resolve(),
    );
    await writeFile(join(directory, 'token'), 'nobody');
    const refused = await orchestrate('rr-nobody', 'x/y:v1', () => Promise.resolve());
    await writeFile(join(directory, 'token'), token);

    expect(failed.code).toBe(2);
    expect(JSON.parse(failed.output)).toMatchObject({
      phase: 'PHASE_FAILED',
      failure: { failedTask: { name: 'run', stepName: 'shell', exitCode: 3 } },
    });
    expect(refused.code).toBe(1);
    expect(refused.said.join('\n')).toMatch(/token/);
  });

  it('curl over REST follows a run, shows its log and creates one execution', async () => {
    const bundle = await publish('curled', 'echo working; sleep 8');

    const { code, said } = await remediate('rr-rest', bundle, restart);

    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContainEqual(expect.stringMatching(/ is Completed$/));
    expect(said).toContainEqual(expect.stringMatching(/^"status":.*"outcome":"Success"/));
    expect(said).toContain('[run : shell] working');
    await expect(runsOf('rr-rest')).resolves.toHaveLength(1);
  });

  it('curl over REST reports a failed workflow and an invalid request', async () => {
    const failed = await remediate('rr-rest-fails', await publish('curled-fails', 'exit 3'), () => Promise.resolve());
    const refused = await remediate('rr-rest-bad', 'Not A Bundle', () => Promise.resolve());

    expect(failed.code).toBe(2);
    expect(failed.said).toContainEqual(expect.stringMatching(/"exitCode":3/));
    expect(refused.code).toBe(1);
    expect(refused.said.join('\n')).toContain('spec.workflowRef.containerImage');
  });
});
