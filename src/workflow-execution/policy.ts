import {
  canonicalRegistry,
  isRegistry,
  isRepositoryPart,
  repositoryAt,
  type ImageRepository,
  formatRepository,
  parseImageReference,
} from './image-reference.ts';
import { formatDurationMs, parseDurationMs } from './duration.ts';
import type { WorkflowExecutionSpec } from './generated/workflow-execution.ts';
import { serviceAccountOf } from './execution.ts';

/** Repositories that bundles may come from. */
export interface BundlePattern {
  /** As the operator wrote it. */
  readonly text: string;
  /** Absent: any registry. */
  readonly registry?: string;
  /** The parts of the path; each may hold one `*`, which stands for any text within the part. */
  readonly path: readonly string[];
  /** Whether everything below the path is meant, rather than what has exactly these parts. */
  readonly below: boolean;
}

/** ServiceAccounts that executions may run as. Each part may hold one `*`, which stands for any text. */
export interface ServiceAccountPattern {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Reads `registry/path`, where a part of the path may hold one `*`, `registry/path/**` for everything below, or `**` for
 * everything. The registry is always written out and holds no `*`: who may serve a name below a domain is not known here.
 *
 * @returns undefined when it is none of these; a tag or a digest is not part of a repository
 */
export function parseBundlePattern(text: string): BundlePattern | undefined {
  if (text === '**') return { text, path: [], below: true };
  const below = text.endsWith('/**');
  const [registry = '', ...path] = (below ? text.slice(0, -'/**'.length) : text).split('/');
  if (!isRegistry(registry) || (path.length === 0 && !below) || !path.every(isPathPattern)) return undefined;
  const repository = below ? { registry: canonicalRegistry(registry), path } : repositoryAt(registry, path);
  return { text, ...repository, below };
}

/** Whether a repository is one of those that a pattern means. */
export function coversRepository(pattern: BundlePattern, { registry, path }: ImageRepository): boolean {
  if (pattern.registry !== undefined && pattern.registry !== registry) return false;
  const fits = pattern.below ? path.length > pattern.path.length : path.length === pattern.path.length;
  return fits && pattern.path.every((part, index) => matches(part, path[index] ?? ''));
}

/** Whether a pattern means everything, also what can not be read as a reference. */
export function coversEverything({ registry, path, below }: BundlePattern): boolean {
  return registry === undefined && path.length === 0 && below;
}

/**
 * Reads `namespace:name`; each of the two may hold one `*`.
 *
 * @returns undefined when it is anything else
 */
export function parseServiceAccountPattern(text: string): ServiceAccountPattern | undefined {
  const { namespace, name } = /^(?<namespace>[-a-z0-9*]+):(?<name>[-.a-z0-9*]+)$/.exec(text)?.groups ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  return hasOneStarAtMost(namespace) && hasOneStarAtMost(name) ? { namespace, name } : undefined;
}

/** Whether a pattern means any ServiceAccount of a namespace. */
export function coversNamespace(pattern: ServiceAccountPattern, namespace: string): boolean {
  return matches(pattern.namespace, namespace);
}

/** Whether a ServiceAccount is one of those that a pattern means. */
export function coversServiceAccount(pattern: ServiceAccountPattern, namespace: string, name: string): boolean {
  return coversNamespace(pattern, namespace) && matches(pattern.name, name);
}

/** With a letter for its `*` it has to be what a path may hold. */
function isPathPattern(part: string): boolean {
  return hasOneStarAtMost(part) && isRepositoryPart(part.replace('*', 'x'));
}

function hasOneStarAtMost(text: string): boolean {
  return text.indexOf('*') === text.lastIndexOf('*');
}

/** Compares without a regular expression: there is nothing to escape and nothing to backtrack. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

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
export function policyViolations(
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
  if (timeout === undefined || (parseDurationMs(timeout) ?? Infinity) <= maxTimeoutMs) return undefined;
  return {
    path: ['spec', 'executionConfig', 'timeout'],
    rule: 'WFE_MAX_TIMEOUT',
    message: `must be at most ${formatDurationMs(maxTimeoutMs)}, which WFE_MAX_TIMEOUT sets, and it is ${timeout}`,
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
