import { buildPipelineRun } from '../../../src/tekton/build-pipeline-run.ts';
import { parseWorkflowExecution } from '../../../src/workflow-execution/resource.ts';
import { at, isObject } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { markers } from '../history/markers.ts';

/** A pipeline that does nothing and completes immediately. */
const harmless = {
  tasks: [
    {
      name: 'never',
      when: [{ input: 'yes', operator: 'in', values: ['no'] }],
      taskSpec: { steps: [{ name: 'none', image: 'none' }] },
    },
  ],
};

/** A PipelineRun with all identifying metadata of the original and another pipeline. */
export function foreignRun(original: JsonObject): JsonObject {
  const metadata = (name: string) => at(original, 'metadata', name);
  const annotations = metadata('annotations');
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name: metadata('name'),
      namespace: metadata('namespace'),
      labels: metadata('labels'),
      annotations: { ...(isObject(annotations) ? annotations : {}), [markers.foreignRun]: 'true' },
      ownerReferences: metadata('ownerReferences'),
    },
    spec: {
      params: at(original, 'spec', 'params'),
      taskRunTemplate: at(original, 'spec', 'taskRunTemplate'),
      pipelineSpec: harmless,
    },
  };
}

/**
 * The PipelineRun that the service would create for an execution, with another pipeline.
 *
 * @param execution as stored in etcd, without the resourceVersion that the API server adds
 */
export function forgedRun({ metadata, ...execution }: JsonObject, revision: number): JsonObject {
  const known = { ...(isObject(metadata) ? metadata : {}), resourceVersion: String(revision) };
  return foreignRun({ ...buildPipelineRun(parseWorkflowExecution({ ...execution, metadata: known })) });
}
