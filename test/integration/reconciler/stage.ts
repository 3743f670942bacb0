import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { ObjectKey } from '../../../src/kubernetes/kubernetes-object.ts';
import { pipelineRunLabels } from '../../../src/tekton/build-pipeline-run.ts';
import { labelValue } from '../../../src/tekton/label-value.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import type {
  Phase,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/phase.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { serviceCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import type { Config } from '../../../src/config/config.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { letServiceKeepLocks } from '../support/service-rights.ts';
import { startReconciler, type RunningReconciler } from './running-reconciler.ts';

/** How long a phase may take to come, in milliseconds; reached only when it does not come. */
const deadlineMs = 30_000;

/**
 * What a test of the reconciler plays on: a namespace of its own, a fault proxy between the reconciler and the API server,
 * and a client for the test itself that goes past the proxy.
 */
export class Stage {
  readonly client: KubernetesClient;
  readonly proxy: FaultProxy;
  readonly #config = sharedCluster();
  readonly #serviceConfig = serviceCluster();
  readonly #reconcilers: RunningReconciler[] = [];
  #namespace: TestNamespace | undefined;

  /** A stage that is not there yet; call {@link open}. */
  constructor() {
    this.client = new KubernetesClient(this.#config);
    this.proxy = new FaultProxy(this.#serviceConfig);
  }

  get namespace(): string {
    if (this.#namespace === undefined) throw new Error('the stage is not open');
    return this.#namespace.name;
  }

  async open(): Promise<this> {
    this.#namespace = await createNamespace(this.client, 'reconciler');
    await letServiceKeepLocks(this.client, this.namespace);
    await this.proxy.listen();
    return this;
  }

  async close(): Promise<void> {
    for (const reconciler of this.#reconcilers) await reconciler.stop();
    await this.proxy.close();
    await this.#namespace?.delete();
    await this.#config.close();
    await this.#serviceConfig.close();
  }

  /** Starts a reconciler that sees the API server through the proxy. */
  async startReconciler(settings: Partial<Config> = {}): Promise<RunningReconciler> {
    const reconciler = await startReconciler(this.proxy.kubeConfig(), this.namespace, settings);
    this.#reconcilers.push(reconciler);
    return reconciler;
  }

  /** Publishes a workflow and asks for it to be run. */
  async execute(name: string, workflow: string, spec: Partial<WorkflowExecutionSpec> = {}): Promise<WorkflowExecution> {
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    const containerImage = await publishWorkflow(publisher, `${this.namespace}:${name.slice(0, 60)}`, workflow);
    return this.create(name, { workflowRef: { ...aSpec().workflowRef, containerImage }, ...spec });
  }

  /** Creates a WorkflowExecution, on a target of its own unless the spec says another. */
  create(name: string, spec: Partial<WorkflowExecutionSpec> = {}): Promise<WorkflowExecution> {
    return this.client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace: this.namespace, name },
      spec: aSpec({ targetResource: `${this.namespace}/deployment/${name}`, ...spec }),
    });
  }

  /** Waits until an execution has a phase; returns it as it then is. */
  async phase(name: string, phase: Phase): Promise<WorkflowExecution> {
    return this.until(name, `${name} is ${phase}`, (execution) => phaseOf(execution) === phase);
  }

  /** Waits until something holds for an execution; returns it as it then is. */
  async until(
    name: string,
    what: string,
    holds: (execution: WorkflowExecution) => boolean,
  ): Promise<WorkflowExecution> {
    const watched = { namespace: this.namespace, name };
    const matching = ([execution]: readonly WorkflowExecution[]) => execution !== undefined && holds(execution);
    const [found] = await waitFor(this.client, workflowExecutionResource, watched, what, matching, deadlineMs);
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  }

  /** The execution as it is now. */
  execution(name: string): Promise<WorkflowExecution> {
    return this.client.get(workflowExecutionResource, this.key(name));
  }

  /** Asks for an execution to be cancelled. */
  async cancel(name: string): Promise<void> {
    await this.client.patch(workflowExecutionResource, this.key(name), { spec: { cancelRequested: true } });
  }

  /** Asks for the deletion of an execution. */
  delete(name: string): Promise<void> {
    return this.client.delete(workflowExecutionResource, this.key(name));
  }

  /** Waits until an execution is gone. */
  async gone(name: string): Promise<void> {
    const watched = { namespace: this.namespace, name };
    await waitFor(this.client, workflowExecutionResource, watched, `${name} is gone`, isEmpty, deadlineMs);
  }

  /** Every PipelineRun of an execution, as they are now. */
  async pipelineRuns(name: string): Promise<PipelineRun[]> {
    const labelSelector = `${pipelineRunLabels.workflowExecution}=${labelValue(name)}`;
    return (await this.client.list(pipelineRunResource, { namespace: this.namespace, labelSelector })).items;
  }

  /** Waits until an execution has its PipelineRun, and something holds for it. */
  async pipelineRun(name: string, holds: (run: PipelineRun) => boolean = () => true): Promise<PipelineRun> {
    const labelSelector = `${pipelineRunLabels.workflowExecution}=${labelValue(name)}`;
    const watched = { namespace: this.namespace, labelSelector };
    const matching = ([run]: readonly PipelineRun[]) => run !== undefined && holds(run);
    const what = `${name} has its PipelineRun`;
    const [found] = await waitFor(this.client, pipelineRunResource, watched, what, matching, deadlineMs);
    if (found === undefined) throw new Error(`${name} has no PipelineRun`);
    return found;
  }

  /** The key of an object of this stage. */
  key(name: string): ObjectKey {
    return { namespace: this.namespace, name };
  }
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}
