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
import { joinFirst } from './text.ts';

/** Repositories that bundles may come from. */
export interface BundlePattern {
  /** The pattern as configured. */
  readonly text: string;
  /** Absent for any registry. */
  readonly registry?: string;
  /** The components of the path; each may have one `*`, which matches any text within the component. */
  readonly path: readonly string[];
  /** Whether it matches everything below the path instead of the path itself. */
  readonly below: boolean;
}

/** ServiceAccounts that executions may run as. Each part may have one `*`, which matches any text. */
export interface ServiceAccountPattern {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Parses `registry/path`, where each component of the path may have one `*`, `registry/path/**` for everything below, or `**`
 * for everything. The registry is required and has no `*`: it is unknown who owns subdomains.
 *
 * @returns undefined if it is invalid; tags and digests are not part of a repository
 */
export function parseBundlePattern(text: string): BundlePattern | undefined {
  if (text === '**') return { text, path: [], below: true };
  const below = text.endsWith('/**');
  const [registry = '', ...path] = (below ? text.slice(0, -'/**'.length) : text).split('/');
  if (!isRegistry(registry) || (path.length === 0 && !below) || !path.every(isPathPattern)) return undefined;
  const repository = below ? { registry: canonicalRegistry(registry), path } : repositoryAt(registry, path);
  return { text, ...repository, below };
}

/** Whether a pattern matches a repository. */
export function coversRepository(pattern: BundlePattern, { registry, path }: ImageRepository): boolean {
  if (pattern.registry !== undefined && pattern.registry !== registry) return false;
  const fits = pattern.below ? path.length > pattern.path.length : path.length === pattern.path.length;
  return fits && pattern.path.every((part, index) => matches(part, path[index] ?? ''));
}

/** Whether a pattern matches everything, even invalid references. */
export function coversEverything({ registry, path, below }: BundlePattern): boolean {
  return registry === undefined && path.length === 0 && below;
}

/**
 * Parses `namespace:name`; each of the two may have one `*`.
 *
 * @returns undefined if it is invalid
 */
export function parseServiceAccountPattern(text: string): ServiceAccountPattern | undefined {
  const { namespace, name } = /^(?<namespace>[-a-z0-9*]+):(?<name>[-.a-z0-9*]+)$/.exec(text)?.groups ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  return hasOneStarAtMost(namespace) && hasOneStarAtMost(name) ? { namespace, name } : undefined;
}

/** The `*` stands for valid characters. */
function isPathPattern(part: string): boolean {
  return hasOneStarAtMost(part) && isRepositoryPart(part.replace('*', 'x'));
}

function hasOneStarAtMost(text: string): boolean {
  return text.indexOf('*') === text.lastIndexOf('*');
}

/** Without a regular expression, which would need escaping and could backtrack. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

/** What the operator allows to run. */
export interface ExecutionPolicy {
  readonly allowedBundles: readonly BundlePattern[];
  readonly requireDigest: boolean;
  readonly allowedServiceAccounts: readonly ServiceAccountPattern[];
  /** Maximum `executionConfig.timeout` in milliseconds. */
  readonly maxTimeoutMs: number;
}

/** The rules of a policy, by the name of their setting. */
export type PolicyRule =
  'WFE_ALLOWED_BUNDLES' | 'WFE_REQUIRE_DIGEST' | 'WFE_ALLOWED_SERVICE_ACCOUNTS' | 'WFE_MAX_TIMEOUT';

/** A field of an execution that violates a rule of the policy. */
export interface PolicyViolation {
  readonly path: readonly string[];
  readonly rule: PolicyRule;
  /** Follows the name of the field, `must be …`, and names the rule. */
  readonly message: string;
}

/**
 * All violations of a policy by an execution. Canonical values are compared: the repository that a reference names, and the
 * default ServiceAccount if the spec has none.
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
  const allowed = joinFirst(
    allowedBundles.map(({ text }) => text),
    maxNamed,
  );
  const found = reference === undefined ? 'is not a valid OCI reference' : `is ${formatRepository(reference)}`;
  return {
    path: ['spec', 'workflowRef', 'containerImage'],
    rule: 'WFE_ALLOWED_BUNDLES',
    message: `must be from a repository in WFE_ALLOWED_BUNDLES (${allowed}), but ${found}`,
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
    message: 'must be set unless containerImage has a digest, because WFE_REQUIRE_DIGEST is true',
  };
}

function serviceAccountViolation(
  spec: WorkflowExecutionSpec,
  namespace: string,
  { allowedServiceAccounts }: ExecutionPolicy,
): PolicyViolation | undefined {
  const name = serviceAccountOf(spec);
  const names = allowedServiceAccounts.flatMap((allowed) =>
    matches(allowed.namespace, namespace) ? [allowed.name] : [],
  );
  if (names.some((pattern) => matches(pattern, name))) return undefined;
  const allowed = names.length === 0 ? 'none' : joinFirst(names, maxNamed);
  return {
    path: ['spec', 'executionConfig', 'serviceAccountName'],
    rule: 'WFE_ALLOWED_SERVICE_ACCOUNTS',
    message: `must be in WFE_ALLOWED_SERVICE_ACCOUNTS for namespace ${namespace} (${allowed}), but is ${name}`,
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
    message: `must be at most ${formatDurationMs(maxTimeoutMs)} (WFE_MAX_TIMEOUT), but is ${timeout}`,
  };
}

/** Maximum number of patterns in a message, which must fit into gRPC trailers. */
const maxNamed = 10;
