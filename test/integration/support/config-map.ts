import type { KubernetesObject } from '../../../src/kubernetes/kubernetes-object.ts';
import type { ResourceType } from '../../../src/kubernetes/resource-type.ts';

/** The simplest object that every cluster has. */
export interface ConfigMap extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

/** ConfigMaps; a test makes one unreadable by giving it the key `poison`. */
export const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  parse(raw) {
    const object = raw as Omit<ConfigMap, 'data'> & Partial<ConfigMap>; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- the API server checks what a ConfigMap is
    if (object.data?.['poison'] !== undefined) throw new Error('data.poison is not allowed');
    return { ...object, data: object.data ?? {} };
  },
};

/** A ConfigMap to create. */
export function aConfigMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels: { of: 'test' } }, data };
}
