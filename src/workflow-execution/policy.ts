import { formatDuration, parseDuration } from './duration.ts';
import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';
import { formatRepository, parseImageReference } from './image-reference.ts';
import {
  coversEverything,
  coversNamespace,
  coversRepository,
  coversServiceAccount,
  type BundlePattern,
  type ServiceAccountPattern,
} from './policy-patterns.ts';
import { serviceAccountOf } from './service-account.ts';

/** What the operator lets run: an execution has to keep all of it. */
export interface ExecutionPolicy {
  readonly allowedBundles: readonly BundlePattern[];
  readonly requireDigest: boolean;
  readonly allowedServiceAccounts: readonly ServiceAccountPattern[];
  /** Longest `executionConfig.timeout`, in milliseconds. */
  readonly maxTimeoutMs: number;
}

/** The rules of a policy, each by the name of the setting that the operator changes. */
export type PolicyRule =
  'WFE_ALLOWED_BUNDLES' | 'WFE_REQUIRE_DIGEST' | 'WFE_ALLOWED_SERVICE_ACCOUNTS' | 'WFE_MAX_TIMEOUT';

/** One field of an execution that breaks one rule of a policy. */
export interface PolicyViolation {
  /** Where the field is: `spec`, `workflowRef`, `containerImage`. */
  readonly path: readonly string[];
  readonly rule: PolicyRule;
  /** Words that follow the field's name, `must be …`. They name the rule. */
  readonly message: string;
}

/**
 * Everything about an execution that a policy does not allow. What is judged is what will run: the repository that the
 * reference names, not its text, and the ServiceAccount that is used when none is named.
 *
 * @param namespace of the execution
 */
export function violationsOf(
  spec: WorkflowExecutionSpec,
  namespace: string,
  policy: ExecutionPolicy,
): readonly PolicyViolation[] {
  return [
    bundleViolation(spec, policy),
    digestViolation(spec, policy),
    serviceAccountViolation(spec, namespace, policy),
    timeoutViolation(spec, policy),
  ].filter((violation) => violation !== undefined);
}

function bundleViolation(
  { workflowRef: { containerImage } }: WorkflowExecutionSpec,
  { allowedBundles }: ExecutionPolicy,
): PolicyViolation | undefined {
  if (allowedBundles.some(coversEverything)) return undefined;
  const reference = parseImageReference(containerImage);
  if (reference !== undefined && allowedBundles.some((pattern) => coversRepository(pattern, reference))) {
    return undefined;
  }
  const allowed = some(allowedBundles.map(({ text }) => text));
  const found =
    reference === undefined ? 'it can not be read as an OCI reference' : `it is ${formatRepository(reference)}`;
  return {
    path: ['spec', 'workflowRef', 'containerImage'],
    rule: 'WFE_ALLOWED_BUNDLES',
    message: `must be of a repository that WFE_ALLOWED_BUNDLES allows (${allowed}), and ${found}`,
  };
}

function digestViolation(
  { workflowRef: { containerImage, containerDigest } }: WorkflowExecutionSpec,
  { requireDigest }: ExecutionPolicy,
): PolicyViolation | undefined {
  if (!requireDigest || containerDigest !== undefined) return undefined;
  if (parseImageReference(containerImage)?.digest !== undefined) return undefined;
  return {
    path: ['spec', 'workflowRef', 'containerDigest'],
    rule: 'WFE_REQUIRE_DIGEST',
    message: 'must be given, unless containerImage has the digest, because WFE_REQUIRE_DIGEST is true',
  };
}

function serviceAccountViolation(
  spec: WorkflowExecutionSpec,
  namespace: string,
  { allowedServiceAccounts }: ExecutionPolicy,
): PolicyViolation | undefined {
  const name = serviceAccountOf(spec);
  if (allowedServiceAccounts.some((pattern) => coversServiceAccount(pattern, namespace, name))) return undefined;
  const here = allowedServiceAccounts.filter((pattern) => coversNamespace(pattern, namespace));
  const allowed = some(here.map((pattern) => pattern.name));
  return {
    path: ['spec', 'executionConfig', 'serviceAccountName'],
    rule: 'WFE_ALLOWED_SERVICE_ACCOUNTS',
    message: `must be one that WFE_ALLOWED_SERVICE_ACCOUNTS allows in namespace ${namespace} (${allowed}), and it is ${name}`,
  };
}

function timeoutViolation(
  { executionConfig }: WorkflowExecutionSpec,
  { maxTimeoutMs }: ExecutionPolicy,
): PolicyViolation | undefined {
  const timeout = executionConfig?.timeout;
  if (timeout === undefined || (parseDuration(timeout) ?? Infinity) <= maxTimeoutMs) return undefined;
  return {
    path: ['spec', 'executionConfig', 'timeout'],
    rule: 'WFE_MAX_TIMEOUT',
    message: `must be at most ${formatDuration(maxTimeoutMs)}, which WFE_MAX_TIMEOUT sets, and it is ${timeout}`,
  };
}

/** As many patterns as fit in a sentence: it also has to fit in the trailers of a gRPC answer. */
const maxNamed = 10;

function some(patterns: readonly string[]): string {
  const named = patterns.slice(0, maxNamed).join(', ');
  const more = patterns.length - maxNamed;
  if (more > 0) return `${named} and ${more} more`;
  return named === '' ? 'none' : named;
}
