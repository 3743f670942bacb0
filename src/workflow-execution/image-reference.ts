import type { WorkflowRef } from './generated/workflow-execution.ts';

/** A repository of OCI images in canonical form. */
export interface ImageRepository {
  /** Registry in lower case, with its port if it has one. */
  readonly registry: string;
  /** The components of its path, at least one. */
  readonly path: readonly string[];
}

/** A parsed OCI reference, without its tag. */
export interface ImageReference extends ImageRepository {
  /** `sha256:…`, if the reference is pinned. */
  readonly digest?: string;
}

const dockerHub = 'docker.io';

const referenceShape = /^(?<name>[^@]+?)(?::\w[\w.-]{0,127})?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;
const registryShape =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*|\[[a-f0-9:]+\])(?::\d{1,5})?$/i;
const partShape = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * Parses an OCI reference, `[registry/]repository[:tag][@sha256:digest]`, as Tekton's bundle resolver does (pkg/name of
 * github.com/google/go-containerregistry). The default registry is Docker Hub.
 *
 * @returns undefined if it is invalid: an empty component, `..`, an upper case repository or a malformed digest
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const { name, digest } = referenceShape.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  const [first = '', ...rest] = name.split('/');
  const [registry, path] = rest.length > 0 && looksLikeRegistry(first) ? [first, rest] : [dockerHub, [first, ...rest]];
  if (!isRegistry(registry) || !path.every(isRepositoryPart)) return undefined;
  return { ...repositoryAt(registry, path), ...(digest === undefined ? {} : { digest }) };
}

/** Whether the first component of a reference is a registry, and not part of the path. */
export function isRegistry(text: string): boolean {
  return looksLikeRegistry(text) && registryShape.test(text);
}

/** Whether a text is a valid component of a repository's path. */
export function isRepositoryPart(text: string): boolean {
  return partShape.test(text);
}

/** The canonical repository; official images of Docker Hub are in `library`. */
export function repositoryAt(registry: string, path: readonly string[]): ImageRepository {
  const known = canonicalRegistry(registry);
  return { registry: known, path: known === dockerHub && path.length === 1 ? ['library', ...path] : path };
}

/** The canonical name of a registry: lower case, and `docker.io` for its alias. */
export function canonicalRegistry(registry: string): string {
  const lower = registry.toLowerCase();
  return lower === `index.${dockerHub}` ? dockerHub : lower;
}

/** Formats a repository: `quay.io/kubernaut/oomkill`. */
export function formatRepository({ registry, path }: ImageRepository): string {
  return [registry, ...path].join('/');
}

function looksLikeRegistry(text: string): boolean {
  return text === 'localhost' || /[.:]/.test(text);
}

/**
 * The OCI reference of the bundle that Tekton fetches. `containerDigest` pins it and replaces a digest of the image; the CRD
 * only accepts equal ones, but older objects may differ. A tag is kept for readers: `repository:tag@sha256:…`.
 */
export function bundleReference({ containerImage, containerDigest }: WorkflowRef): string {
  if (containerDigest === undefined) return containerImage;
  const [unpinned = containerImage] = containerImage.split('@', 1);
  return `${unpinned}@${containerDigest}`;
}
