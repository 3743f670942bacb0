import { afterAll, beforeAll, describe } from '@jest/globals';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import type { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../src/workflow-execution/generated/workflow-execution.ts';
import { isTerminal, phaseOf } from '../../src/workflow-execution/execution.ts';
import { workflowExecutionApiVersion, workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { aSpec } from '../../src/workflow-execution/workflow-execution.builders.ts';
import { createNamespace } from '../integration/support/namespace.ts';
import type { TestNamespace } from '../integration/support/namespace.ts';
import { kubectl } from '../support/product.ts';
import type { ServiceOptions } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import { publisherFor, publishWorkflow } from '../support/workflows.ts';
import type { Publisher } from '../support/workflows.ts';

/** Environment of an end-to-end test: a namespace in which workflows run. */
export interface Environment {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly publisher: Publisher;
  /** Starts a controller that watches only this namespace and does not compete with those of other tests. */
  readonly controller: Required<Omit<ServiceOptions, 'product' | 'wrapper'>>;
  /** Starts the API and such a controller in one process. */
  readonly service: Required<Omit<ServiceOptions, 'product' | 'wrapper'>>;
  /** kubectl with administrator permissions. */
  readonly kubectl: (...args: string[]) => Promise<string>;
  /** Creates an execution of a published workflow, on its own target unless the spec names one. */
  readonly create: (
    name: string,
    containerImage: string,
    spec?: Partial<WorkflowExecutionSpec>,
  ) => Promise<WorkflowExecution>;
  /** Publishes a workflow and creates an execution of it. */
  readonly execute: (
    name: string,
    workflow: string,
    spec?: Partial<WorkflowExecutionSpec>,
  ) => Promise<WorkflowExecution>;
  /** Waits until an execution has ended. */
  readonly finished: (name: string) => Promise<WorkflowExecution>;
}

const cluster = {
  kubeconfig: process.env['WFE_TEST_KUBECONFIG'] ?? '',
  kubectl: process.env['WFE_TEST_KUBECTL'] ?? 'kubectl',
  registry: process.env['WFE_TEST_REGISTRY'],
};

/**
 * A group of tests in their own namespace on a cluster with pods. Without pods they are skipped, and the group's name says
 * why.
 */
export function describeOnPods(title: string, tests: (environment: () => Environment) => void): void {
  const reason = process.env['WFE_TEST_NO_PODS'];
  if (reason !== undefined) {
    describe.skip(`${title} (skipped: ${reason})`, () => tests(notThere));
    return;
  }
  describe(title, () => {
    let up: { environment: Environment; config: PooledKubeConfig; namespace: TestNamespace };
    beforeAll(async () => (up = await setUp()));
    afterAll(async () => {
      await up.namespace.delete();
      await up.config.close();
    });
    tests(() => up.environment);
  });
}

function notThere(): Environment {
  throw new Error('there is no cluster with pods');
}

async function setUp() {
  const config = loadKubeConfigFiles([cluster.kubeconfig]);
  const client = new KubernetesClient(config);
  const namespace = await createNamespace(client, 'e2e');
  await kubectl(cluster, 'create', 'serviceaccount', 'workflow-execution-sa', '-n', namespace.name);
  const publisher = publisherFor(cluster);
  const create: Environment['create'] = (name, containerImage, spec) =>
    client.create(workflowExecutionResource, {
      apiVersion: workflowExecutionApiVersion,
      kind: workflowExecutionResource.kind,
      metadata: { namespace: namespace.name, name },
      spec: aSpec({
        workflowRef: { ...aSpec().workflowRef, containerImage },
        targetResource: `${namespace.name}/deployment/${name}`,
        ...spec,
      }),
    });
  const settings = { WFE_WATCH_NAMESPACES: namespace.name, WFE_LEADER_ELECTION: 'false' };
  const environment: Environment = {
    client,
    namespace: namespace.name,
    controller: {
      kubeconfig: process.env['WFE_TEST_CONTROLLER_KUBECONFIG'] ?? '',
      settings: { ...settings, WFE_ROLES: 'controller' },
    },
    service: { kubeconfig: process.env['WFE_TEST_SERVICE_KUBECONFIG'] ?? '', settings },
    publisher,
    kubectl: (...args) => kubectl(cluster, ...args),
    create,
    execute: async (name, workflow, spec) =>
      create(name, await publishWorkflow(publisher, `${name}:v1`, workflow), spec),
    finished: (name) => finished(client, { namespace: namespace.name, name }),
  };
  return { environment, config, namespace };
}

async function finished(
  client: KubernetesClient,
  key: { readonly namespace: string; readonly name: string },
): Promise<WorkflowExecution> {
  const ended = (all: readonly WorkflowExecution[]) => all.some((execution) => isTerminal(phaseOf(execution)));
  const [execution] = await waitFor(client, workflowExecutionResource, key, `${key.name} ended`, ended);
  if (execution === undefined) throw new Error(`${key.name} is gone`);
  return execution;
}
