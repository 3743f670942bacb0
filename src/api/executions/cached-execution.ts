import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KubernetesObject, ObjectMeta } from '../../kubernetes/kubernetes-object.ts';
import { isTerminal, phaseOf } from '../../workflow-execution/execution.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { requestLabel } from '../../workflow-execution/metadata.ts';
import { parseWorkflowExecution, workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { mayHaveRunSteps } from '../../workflow-execution/status.ts';
import { parseTargetResource } from '../../workflow-execution/target-resource.ts';
import { toResource } from '../resource/workflow-execution-resource.ts';

/** The fields of an execution by which lists and watches select and order it: a new filter needs its field here. */
export interface ExecutionSummary {
  readonly metadata: SummaryMeta;
  readonly spec: Pick<WorkflowExecutionSpec, 'targetResource'> & {
    readonly workflowRef: Pick<WorkflowExecutionSpec['workflowRef'], 'workflowId'>;
    readonly remediationRequestRef: Pick<WorkflowExecutionSpec['remediationRequestRef'], 'name'>;
  };
  readonly status?: Pick<WorkflowExecutionStatus, 'phase' | 'target'>;
}

type SummaryMeta = Pick<ObjectMeta, 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp' | 'labels'> & {
  readonly namespace: string;
};

/**
 * An execution in the cache of the API. A finished one is compressed, because it is rarely read and there may be very many
 * (docs/adr/0057-finished-executions.md).
 */
export interface CachedExecution extends KubernetesObject, ExecutionSummary {
  readonly metadata: SummaryMeta;
  /** When the cooldown after it began: its end, in milliseconds since the epoch. Undefined if it has none, or it is over. */
  readonly cooldownFrom: number | undefined;
  /** Length of {@link resourceJson} in bytes. */
  readonly jsonBytes: number;
  /** Read it with {@link executionOf} or {@link resourceJson}. */
  readonly content: WorkflowExecution | CompressedJson;
}

/** Raw DEFLATE of JSON, a character for each byte: V8 stores such a text in fewer bytes than a Buffer. */
type CompressedJson = string;

/** The resource as the API caches it. */
export const cachedExecutionResource = {
  ...workflowExecutionResource,
  parse: (raw: unknown): CachedExecution => cachedExecution(parseWorkflowExecution(raw)),
};

/** Name of the index by the label of the request id. */
export const requestIndex = 'request';

/** Name of the index by {@link targetIndexValue}. */
export const targetIndex = 'target';

/** The indexes of the API's cache. */
export const cachedExecutionIndexes = {
  [targetIndex]: ({ spec }: CachedExecution): readonly string[] => targetIndexValue(spec.targetResource),
  [requestIndex]: ({ metadata }: CachedExecution): readonly string[] => {
    const label = metadata.labels?.[requestLabel];
    return label === undefined ? [] : [label];
  },
};

/**
 * The value under which executions on a target are indexed: its namespace and name, because API discovery may give its kind
 * another name at any time. None if the text is not a target.
 */
export function targetIndexValue(text: string): readonly string[] {
  const target = parseTargetResource(text);
  return target === undefined ? [] : [`${target.namespace ?? ''}/${target.name}`];
}

/** JSON of the first execution of ordinary size that was compressed. Others share most of its text. */
let dictionary: Buffer | undefined;

/** Each compression reads the dictionary: a large one, which few share, would cost all others time. */
const maxDictionaryLength = 8 * 1024;

/** The form in which the API caches an execution. */
export function cachedExecution(execution: WorkflowExecution): CachedExecution {
  const { apiVersion, kind, spec, status } = execution;
  const json = JSON.stringify(toResource(execution));
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels } = execution.metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, labels },
    spec: {
      targetResource: spec.targetResource,
      workflowRef: { workflowId: spec.workflowRef.workflowId },
      remediationRequestRef: { name: spec.remediationRequestRef.name },
    },
    status: status && { phase: status.phase, target: status.target },
    cooldownFrom: cooldownFrom(execution),
    jsonBytes: Buffer.byteLength(json),
    content: isTerminal(phaseOf(execution)) ? compress(json) : execution,
  };
}

/** The execution itself. */
export function executionOf(cached: CachedExecution): WorkflowExecution {
  const { content } = cached;
  return typeof content === 'string' ? parseWorkflowExecution(JSON.parse(resourceJson(cached))) : content;
}

/** The JSON of the execution over REST, which a finished one is stored as. */
export function resourceJson({ content, jsonBytes }: CachedExecution): string {
  return typeof content === 'string' ? decompress(content, jsonBytes) : JSON.stringify(toResource(content));
}

function cooldownFrom(execution: WorkflowExecution): number | undefined {
  const { completionTime, settled } = execution.status ?? {};
  const hasCooldown = settled !== true && isTerminal(phaseOf(execution)) && mayHaveRunSteps(execution);
  return hasCooldown && completionTime !== undefined ? Date.parse(completionTime) : undefined;
}

function compress(json: string): CompressedJson {
  if (json.length <= maxDictionaryLength) dictionary ??= Buffer.from(json);
  // Higher levels take twice the time and save a tenth. A buffer of the default size takes half as much time again.
  return deflateRawSync(json, { level: 1, dictionary, chunkSize: 1_024 }).toString('latin1');
}

/** A buffer of the default size takes twice the time of decompressing an execution. */
function decompress(compressed: CompressedJson, bytes: number): string {
  return inflateRawSync(Buffer.from(compressed, 'latin1'), { dictionary, chunkSize: bytes + 1 }).toString();
}
