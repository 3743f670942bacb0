/** A repository of OCI images, in its one written form. */
export interface ImageRepository {
  /** Registry in lower case, with its port if it has one. */
  readonly registry: string;
  /** The parts of its path, never none. */
  readonly path: readonly string[];
}

/** What an OCI reference names. The tag is left out: it says nothing about whose image it is. */
export interface ImageReference extends ImageRepository {
  /** `sha256:…`, when the reference is pinned. */
  readonly digest?: string;
}

const dockerHub = 'docker.io';

const referenceShape = /^(?<name>[^@]+?)(?::\w[\w.-]{0,127})?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;
const registryShape =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*|\[[a-f0-9:]+\])(?::\d{1,5})?$/i;
const partShape = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * Reads an OCI reference, `[registry/]repository[:tag][@sha256:digest]`, as Tekton's bundle resolver does (pkg/name of
 * github.com/google/go-containerregistry); what names no registry is Docker Hub's.
 *
 * @returns undefined when it is none: an empty part, `..`, an upper case repository and a malformed digest are refused
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const { name, digest } = referenceShape.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  const [first = '', ...rest] = name.split('/');
  const [registry, path] = rest.length > 0 && looksLikeRegistry(first) ? [first, rest] : [dockerHub, [first, ...rest]];
  if (!isRegistry(registry) || !path.every(isRepositoryPart)) return undefined;
  return { ...repositoryAt(registry, path), ...(digest === undefined ? {} : { digest }) };
}

/** Whether a text in front of a repository's path is the address of a registry, and not a part of the path. */
export function isRegistry(text: string): boolean {
  return looksLikeRegistry(text) && registryShape.test(text);
}

/** Whether a text may be one part of a repository's path. */
export function isRepositoryPart(text: string): boolean {
  return partShape.test(text);
}

/** The repository with a path at a registry. Docker's own images have no owner in their short name. */
export function repositoryAt(registry: string, path: readonly string[]): ImageRepository {
  const known = canonicalRegistry(registry);
  return { registry: known, path: known === dockerHub && path.length === 1 ? ['library', ...path] : path };
}

/** The one name of a registry: host names know no case, and Docker Hub has two. */
export function canonicalRegistry(registry: string): string {
  const lower = registry.toLowerCase();
  return lower === `index.${dockerHub}` ? dockerHub : lower;
}

/** The repository as text, `quay.io/kubernaut/oomkill`. */
export function formatRepository({ registry, path }: ImageRepository): string {
  return [registry, ...path].join('/');
}

function looksLikeRegistry(text: string): boolean {
  return text === 'localhost' || /[.:]/.test(text);
}
