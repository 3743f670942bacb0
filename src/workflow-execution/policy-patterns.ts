import {
  canonicalRegistry,
  isRegistry,
  isRepositoryPart,
  repositoryAt,
  type ImageRepository,
} from './image-reference.ts';

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
