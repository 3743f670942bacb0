import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { ObjectKey } from '../../../src/kubernetes/kubernetes-object.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { pipelineRunLabels } from '../../../src/tekton/build-pipeline-run.ts';
import { labelValue } from '../../../src/tekton/names.ts';
import { pipelineRunResource, type PipelineRun } from '../../../src/tekton/pipeline-run.ts';
import type {
  Phase,
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../../src/workflow-execution/generated/workflow-execution.ts';
import { phaseOf } from '../../../src/workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../../src/workflow-execution/resource.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';
import { waitFor } from '../../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../../support/workflows.ts';
import { controllerCluster, sharedCluster } from '../support/cluster.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import type { Config } from '../../../src/config/config.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { letServiceKeepLocks } from '../support/service-rights.ts';
import { startReconciler, type RunningReconciler } from './running-reconciler.ts';
import { answerWorkflow, endCancelledTask } from './workflows.ts';

/** How long to wait for something, in milliseconds; reached only when it does not happen. */
const deadlineMs = 30_000;

/**
 * A namespace with a fault proxy between its reconcilers and the API server, and a client for the test that bypasses the
 * proxy. The tests of a file share one and use different names in it; a test that needs faults or settings of its own opens
 * another one:
 *
 *     await using own = await new ReconcilerFixture().open();
 */
export class ReconcilerFixture implements AsyncDisposable {
  readonly client: KubernetesClient;
  readonly proxy: FaultProxy;
  readonly #config = sharedCluster();
  readonly #serviceConfig: PooledKubeConfig;
  readonly #reconcilers: RunningReconciler[] = [];
  readonly #proxies: FaultProxy[] = [];
  #namespace: TestNamespace | undefined;

  /**
   * Call {@link open} before anything else.
   *
   * @param serviceConfig with the rights of what runs behind the proxy
   */
  constructor(serviceConfig = controllerCluster()) {
    this.client = new KubernetesClient(this.#config);
    this.#serviceConfig = serviceConfig;
    this.proxy = new FaultProxy(this.#serviceConfig);
  }

  get namespace(): string {
    if (this.#namespace === undefined) throw new Error('the fixture is not open');
    return this.#namespace.name;
  }

  async open(): Promise<this> {
    this.#namespace = await createNamespace(this.client, 'reconciler');
    await letServiceKeepLocks(this.client, this.namespace);
    await this.proxy.listen();
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(this.#reconcilers.map((reconciler) => reconciler.stop()));
    await Promise.all([this.proxy, ...this.#proxies].map((proxy) => proxy.close()));
    await this.#namespace?.delete();
    await this.#config.close();
    await this.#serviceConfig.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Opens another fault proxy, for a second replica. */
  async openProxy(): Promise<FaultProxy> {
    const proxy = await new FaultProxy(this.#serviceConfig).listen();
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Starts a reconciler that reaches the API server through a proxy of this fixture. */
  async startReconciler(settings: Partial<Config> = {}, proxy = this.proxy): Promise<RunningReconciler> {
    const reconciler = await startReconciler(proxy.kubeConfig(), this.namespace, settings);
    this.#reconcilers.push(reconciler);
    return reconciler;
  }

  /** Publishes a workflow; returns the reference of its bundle. */
  publish(name: string, workflow: string): Promise<string> {
    const publisher = publisherFor({ registry: process.env['WFE_TEST_REGISTRY'] });
    return publishWorkflow(publisher, `${this.namespace}:${name.slice(0, 60)}`, workflow);
  }

  /** Publishes a workflow and creates an execution of it. */
  async execute(name: string, workflow: string, spec: Partial<WorkflowExecutionSpec> = {}): Promise<WorkflowExecution> {
    const containerImage = await this.publish(name, workflow);
    return this.create(name, { workflowRef: { ...aSpec().workflowRef, containerImage }, ...spec });
  }

  /** Creates an execution, on a target of its own unless the spec names another one. */
  create(name: string, spec: Partial<WorkflowExecutionSpec> = {}): Promise<WorkflowExecution> {
    return this.client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace: this.namespace, name },
      spec: aSpec({ targetResource: `${this.namespace}/deployment/${name}`, ...spec }),
    });
  }

  /** Waits until an execution has a phase, and returns it. */
  async phase(name: string, phase: Phase): Promise<WorkflowExecution> {
    return this.until(name, `${name} is ${phase}`, (execution) => phaseOf(execution) === phase);
  }

  /** Waits until a condition holds for an execution, and returns it. */
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

  /** The execution, read live. */
  execution(name: string): Promise<WorkflowExecution> {
    return this.client.get(workflowExecutionResource, this.key(name));
  }

  /** Requests the cancellation of an execution. */
  async cancel(name: string): Promise<void> {
    await this.client.patch(workflowExecutionResource, this.key(name), { spec: { cancelRequested: true } });
  }

  /** Requests the deletion of an execution. */
  delete(name: string): Promise<void> {
    return this.client.delete(workflowExecutionResource, this.key(name));
  }

  /** Waits until an execution is gone. */
  async gone(name: string): Promise<void> {
    const watched = { namespace: this.namespace, name };
    await waitFor(this.client, workflowExecutionResource, watched, `${name} is gone`, isEmpty, deadlineMs);
  }

  /** All PipelineRuns of an execution, read live. */
  async pipelineRuns(name: string): Promise<PipelineRun[]> {
    const labelSelector = `${pipelineRunLabels.workflowExecution}=${labelValue(name)}`;
    return (await this.client.list(pipelineRunResource, { namespace: this.namespace, labelSelector })).items;
  }

  /** Waits until an execution has a PipelineRun for which a condition holds. */
  async pipelineRun(name: string, holds: (run: PipelineRun) => boolean = () => true): Promise<PipelineRun> {
    const labelSelector = `${pipelineRunLabels.workflowExecution}=${labelValue(name)}`;
    const watched = { namespace: this.namespace, labelSelector };
    const matching = ([run]: readonly PipelineRun[]) => run !== undefined && holds(run);
    const what = `${name} has its PipelineRun`;
    const [found] = await waitFor(this.client, pipelineRunResource, watched, what, matching, deadlineMs);
    if (found === undefined) throw new Error(`${name} has no PipelineRun`);
    return found;
  }

  /** Waits until Tekton has started the task of a {@link waitingWorkflow}; returns the PipelineRun. */
  startedRun(name: string): Promise<PipelineRun> {
    return this.pipelineRun(name, ({ status }) => status.childReferences.length > 0);
  }

  /** Completes the task of a {@link waitingWorkflow}, with success or without. */
  async completeTask(name: string, succeeded: 'True' | 'False' = 'True'): Promise<void> {
    const { metadata } = await this.pipelineRun(name);
    await answerWorkflow(this.client, this.namespace, metadata.name, succeeded);
  }

  /** Ends the task of a {@link waitingWorkflow} once Tekton has cancelled it. */
  async endCancelledTask(name: string): Promise<void> {
    const { metadata } = await this.pipelineRun(name);
    await endCancelledTask(this.client, this.namespace, metadata.name);
  }

  /** The key of an object in the namespace of this fixture. */
  key(name: string): ObjectKey {
    return { namespace: this.namespace, name };
  }
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}
