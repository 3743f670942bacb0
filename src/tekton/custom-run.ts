import { recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { parseMetadata, parseSucceeded, type SucceededCondition } from './tekton-object.ts';

/**
 * A Tekton CustomRun, a task that another controller executes (https://tekton.dev/docs/pipelines/customruns/): whether it has
 * ended is all that is read of it.
 */
export interface CustomRun extends KubernetesObject {
  readonly spec: {
    /** What was asked of it, such as `RunCancelled`. */
    readonly status?: string;
  };
  readonly status: { readonly succeeded?: SucceededCondition };
}

/** The resource as the API server knows it, with a parser that keeps what is read and drops everything else. */
export const customRunResource = {
  group: 'tekton.dev',
  version: 'v1beta1',
  plural: 'customruns',
  kind: 'CustomRun',
  namespaced: true,
  parse: parseCustomRun,
} as const satisfies ResourceType<CustomRun>;

/** What `spec.status` of a CustomRun asks its controller for: to end it. */
export const customRunCancelled = 'RunCancelled';

/**
 * A CustomRun from JSON that came from outside; status fields that make no sense count as not there.
 *
 * @throws InvalidObjectError when it has no name, UID or resource version
 */
function parseCustomRun(raw: unknown): CustomRun {
  const { spec, status } = recordOf(raw);
  return {
    apiVersion: `${customRunResource.group}/${customRunResource.version}`,
    kind: customRunResource.kind,
    metadata: parseMetadata(raw, customRunResource.kind),
    spec: { status: stringOf(recordOf(spec)['status']) },
    status: { succeeded: parseSucceeded(status) },
  };
}
