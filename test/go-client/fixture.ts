import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { loadKubeConfigFiles } from '../../src/kubernetes/kube-config.ts';
import { pipelineRunResource } from '../../src/tekton/pipeline-run.ts';
import { workflowExecutionResource } from '../../src/workflow-execution/resource.ts';
import { FakeTekton } from '../audit-chaos/fake-tekton.ts';
import { startCluster, type Cluster } from '../cluster/index.ts';
import { Replicas } from '../drill/harness/replicas.ts';
import { untilOperator } from '../integration/api/shared-api.ts';
import { createNamespace } from '../integration/support/namespace.ts';
import { operatorCaller } from '../support/callers.ts';
import { applyProduct } from '../support/product.ts';
import { serviceKubeconfig } from '../support/service-account.ts';

/** The service with two API replicas and a controller, on a cluster of its own whose Tekton is a fake. */
export interface Fixture extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubernetesClient;
  readonly api: Replicas;
  /** File with the token of a caller with all rights on executions. */
  readonly tokenFile: string;
  /** For programs that are built. */
  readonly directory: string;
  /** A namespace in which PipelineRuns succeed after this time. */
  newNamespace(durationMs: () => number): Promise<string>;
}

/** Executions and PipelineRuns of a namespace: the UIDs of the first, and the owners of the second. */
export interface Runs {
  readonly executions: readonly string[];
  readonly owners: readonly string[];
}

/** Settings of the API replicas: connections are short-lived, and a shutdown takes notice of it. */
const apiSettings = { WFE_RATE_LIMIT: '0', WFE_DRAIN_DELAY: '1s', WFE_GRPC_MAX_CONNECTION_AGE: '10s' };

/** Starts the participants. */
export async function startFixture(log: (line: string) => void): Promise<Fixture> {
  const cluster = await startCluster({ level: 'tekton', owner: 'process', ignoreKubeconfig: true });
  await applyProduct(cluster);
  await cluster.kill('tekton-controller');
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-go-client-'));
  const kubeConfig = loadKubeConfigFiles([cluster.kubeconfig]);
  const client = new KubernetesClient(kubeConfig);
  const caller = await operatorCaller(client);
  await untilOperator(client, caller);
  const tokenFile = join(directory, 'token');
  await writeFile(tokenFile, caller.token, { mode: 0o600 });
  const [api, controllers] = await Promise.all(
    (['api', 'controller'] as const).map(async (role) => {
      const kubeconfig = await serviceKubeconfig(cluster, directory, role);
      const logs = join(directory, role);
      await mkdir(logs);
      return new Replicas({ role, kubeconfig, settings: role === 'api' ? apiSettings : {}, directory: logs, log });
    }),
  );
  if (api === undefined || controllers === undefined) throw new Error('a role is missing');
  await Promise.all([api.add(), api.add(), controllers.add()]);
  const endings: (() => Promise<void>)[] = [];
  return {
    ...{ cluster, client, api, tokenFile, directory },
    async newNamespace(durationMs) {
      const namespace = await createNamespace(client, 'go-client');
      const tekton = new FakeTekton(
        client,
        namespace.name,
        (error) => log(`fake Tekton: ${String(error)}`),
        durationMs,
      );
      const running = tekton.run();
      endings.push(async () => {
        tekton.stop();
        await running;
      });
      return namespace.name;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([api.close(), controllers.close()]);
      for (const end of endings) await end();
      await kubeConfig.close();
      await cluster.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** What has run in a namespace. */
export async function runsIn({ client }: Pick<Fixture, 'client'>, namespace: string): Promise<Runs> {
  const [executions, pipelineRuns] = await Promise.all([
    client.list(workflowExecutionResource, { namespace }),
    client.list(pipelineRunResource, { namespace }),
  ]);
  return {
    executions: executions.items.map(({ metadata }) => metadata.uid).toSorted(),
    owners: pipelineRuns.items.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid ?? '').toSorted(),
  };
}
