import { recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../kubernetes/resource-type.ts';
import { parseMetadata, parseSucceeded, type SucceededCondition } from './tekton-object.ts';

/** A Tekton CustomRun, a task that another controller executes (https://tekton.dev/docs/pipelines/customruns/). */
export interface CustomRun extends KubernetesObject {
  readonly spec: {
    /** The requested status, such as `RunCancelled`. */
    readonly status?: string;
  };
  readonly status: { readonly succeeded?: SucceededCondition };
}

export const customRunResource = {
  group: 'tekton.dev',
  version: 'v1beta1',
  plural: 'customruns',
  kind: 'CustomRun',
  namespaced: true,
  parse: parseCustomRun,
} as const satisfies ResourceType<CustomRun>;

/** The `spec.status` that cancels a CustomRun. */
export const customRunCancelled = 'RunCancelled';

/**
 * Parses a CustomRun; invalid status fields count as absent.
 *
 * @throws InvalidObjectError without a name, UID or resource version
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
