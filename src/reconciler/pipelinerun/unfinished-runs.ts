import type { KubernetesClient } from '../../kubernetes/client.ts';
import { keyToString, type KubernetesObject, type ObjectKey } from '../../kubernetes/kubernetes-object.ts';
import type { Collection } from '../../kubernetes/list-watch.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { ResourceType } from '../../kubernetes/resource-type.ts';
import type { Scope } from '../../kubernetes/store.ts';
import { pipelineRunLabels } from '../../tekton/build-pipeline-run.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { pipelineRunKey } from '../executions/execution-indexes.ts';

/** The label by which PipelineRuns are watched. */
export const watchedLabel = pipelineRunLabels.workflowExecution;

/** Whether the watch brings the changes of a PipelineRun. */
export function isWatched({ metadata }: Pick<KubernetesObject, 'metadata'>): boolean {
  return metadata.labels?.[watchedLabel] !== undefined;
}

/** Requests at the same time. */
const concurrency = 16;

type UnparsedRun = KubernetesObject & { readonly raw: unknown };

/** PipelineRuns whose JSON is kept. */
const unparsedRun: ResourceType<UnparsedRun> = {
  ...pipelineRunResource,
  parse: (raw) => ({ apiVersion: '', kind: '', metadata: parseMetadata(raw, pipelineRunResource.kind), raw }),
};

/**
 * Reads the PipelineRuns of the executions that have not finished, one by one: their names are derived. The PipelineRuns of
 * finished executions, of which there may be very many, are not read.
 *
 * The resource version of the collection is read first and the executions afterwards, so that every PipelineRun is either
 * older than that resource version, and its execution known, or brought by the watch.
 */
export function listUnfinishedRuns(
  client: Pick<KubernetesClient, 'listRaw' | 'find'>,
  executions: Pick<Reflector<WorkflowExecution>, 'store' | 'waitUntilFresh'>,
): (namespace: Scope, signal: AbortSignal) => Promise<Collection> {
  return async (namespace, signal) => {
    const { resourceVersion } = await client.listRaw(pipelineRunResource, { namespace, limit: 1 }, { signal });
    await executions.waitUntilFresh(signal);
    const unfinished = executions.store.list().filter((execution) => !isTerminal(phaseOf(execution)));
    const keys = unfinished.map(pipelineRunKey).filter((key) => namespace === undefined || key.namespace === namespace);
    return { items: await readAll(client, keys, signal), resourceVersion };
  };
}

async function readAll(
  client: Pick<KubernetesClient, 'find'>,
  keys: readonly ObjectKey[],
  signal: AbortSignal,
): Promise<unknown[]> {
  const found = new Map<string, unknown>();
  const remaining = keys.values();
  const read = async () => {
    for (const key of remaining) {
      const run = await client.find(unparsedRun, key, { signal });
      // Without the label the watch would not bring its end.
      if (run !== undefined && isWatched(run)) found.set(keyToString(key), run.raw);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, read));
  return [...found.values()];
}
