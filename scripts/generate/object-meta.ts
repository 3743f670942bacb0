import type { Schema } from './crd.ts';

const string: Schema = { type: 'string' };
const strings: Schema = { type: 'array', items: string };
const stringMap: Schema = { type: 'object', additionalProperties: string };

/**
 * The part of Kubernetes' ObjectMeta that the service reads. A CRD leaves `metadata` open, because the API server checks
 * it; what we read of it still has to be typed and parsed.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
export const objectMetaSchema: Schema = {
  type: 'object',
  description: 'The metadata that every Kubernetes object carries, as far as it is read here.',
  required: ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'],
  properties: {
    name: string,
    namespace: string,
    uid: string,
    resourceVersion: string,
    generation: { type: 'integer' },
    creationTimestamp: string,
    deletionTimestamp: string,
    finalizers: strings,
    labels: stringMap,
    annotations: stringMap,
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: string,
          kind: string,
          name: string,
          uid: string,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
  },
};
