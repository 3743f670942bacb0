import { recordOf, stringOf } from '../kubernetes/json.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import { apiVersionOf, type ResourceType } from '../kubernetes/resource-type.ts';
import { ownPrefix } from '../workflow-execution/metadata.ts';
import type { PipelineRef } from './build-pipeline-run.ts';
import { sha256Digest } from './pipeline-run.ts';
import { parseMetadata, parseSucceeded, type SucceededCondition } from './tekton-object.ts';

/** A ResolutionRequest of Tekton (pkg/apis/resolution/v1beta1), reduced to the fields that are used. */
export interface ResolutionRequest extends KubernetesObject {
  readonly status: {
    /** Absent until Tekton has seen it. */
    readonly succeeded?: SucceededCondition;
    /** The content of what was resolved, in base64. */
    readonly data?: string;
    /** Digest of the bundle, `sha256:` and 64 hexadecimal digits. */
    readonly digest?: string;
  };
}

export const resolutionRequestResource = {
  group: 'resolution.tekton.dev',
  version: 'v1beta1',
  plural: 'resolutionrequests',
  kind: 'ResolutionRequest',
  namespaced: true,
  parse(raw: unknown): ResolutionRequest {
    const { status } = recordOf(raw);
    const { data, refSource } = recordOf(status);
    return {
      apiVersion: apiVersionOf(resolutionRequestResource),
      kind: resolutionRequestResource.kind,
      metadata: parseMetadata(raw, resolutionRequestResource.kind),
      status: { succeeded: parseSucceeded(status), data: stringOf(data), digest: sha256Digest(refSource) },
    };
  },
} as const satisfies ResourceType<ResolutionRequest>;

/** Marks the ResolutionRequests of this service, which no PipelineRun owns. */
export const preflightLabel = `${ownPrefix}preflight`;

/** The Pipeline of a run, and the namespace whose credentials Tekton uses. */
export interface BundleKey {
  readonly namespace: string;
  readonly pipelineRef: PipelineRef;
}

/**
 * The request for the Pipeline of a run as Tekton's controller makes it, so that the result is the same
 * (`CreateResolutionRequest` in pkg/resolution/resource/crd_resource.go).
 *
 * @param suffix makes its name unique
 */
export function newResolutionRequest({ namespace, pipelineRef: { resolver, params } }: BundleKey, suffix: string) {
  return {
    apiVersion: apiVersionOf(resolutionRequestResource),
    kind: resolutionRequestResource.kind,
    metadata: {
      name: `wfe-preflight-${suffix}`,
      namespace,
      labels: { 'resolution.tekton.dev/type': resolver, [preflightLabel]: 'true' },
    },
    spec: { params },
  };
}
