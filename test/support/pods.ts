import type { ObjectMeta } from '../../src/kubernetes/kubernetes-object.ts';

/** The fields of a pod that tests read. */
export interface Pod {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly status: { readonly phase?: string };
}

/** The core resource Pod. */
export const podResource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  parse: (raw: unknown) => raw as Pod, // eslint-disable-line @typescript-eslint/consistent-type-assertions -- the API server's own pods, read by a test
};
