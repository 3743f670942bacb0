import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';

/** An object for tests of the toolkit: any kind with a colour. */
export interface Thing extends KubernetesObject {
  readonly colour: string;
}

/** A thing; its uid defaults to one derived from its name. */
export function aThing(
  name: string,
  resourceVersion: number | string,
  more: Partial<ObjectMeta> & { colour?: string } = {},
) {
  const { colour = 'red', ...meta } = more;
  const metadata = {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    resourceVersion: resourceVersion.toString(),
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...meta,
  };
  return { apiVersion: 'test/v1', kind: 'Thing', metadata, colour } satisfies Thing;
}

/** The resource of things; one without a colour does not parse. */
export const things: ResourceType<Thing> = {
  group: 'test',
  version: 'v1',
  plural: 'things',
  kind: 'Thing',
  namespaced: true,
  parse(raw) {
    const thing = raw as Thing;
    if (typeof thing.colour !== 'string') throw new Error('colour is missing');
    return thing;
  },
};
