import type { CallOptions, KubernetesClient, Selection } from './client.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';

/** Objects per request; larger pages outgrow V8's young generation and leave garbage behind. */
export const pageSize = 100;

/**
 * The pages of a list, one after the other.
 *
 * @param readPage reads the page of a continue token; without a token, the first page
 */
export async function* pagesOf<P extends { readonly continue?: string }>(
  readPage: (token: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, void> {
  let token: string | undefined;
  do {
    const page = await readPage(token);
    yield page;
    token = page.continue;
  } while (token !== undefined);
}

/** All objects of a selection, read page by page. Throws as `KubernetesClient.list`. */
export async function listAll<T extends KubernetesObject>(
  client: Pick<KubernetesClient, 'list'>,
  resource: ResourceType<T>,
  selection: Selection,
  options?: CallOptions,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pagesOf((token) =>
    client.list(resource, { ...selection, limit: pageSize, continue: token }, options),
  )) {
    all.push(...page.items);
  }
  return all;
}
