import type { Schema } from './crd.ts';

const string: Schema = { type: 'string' };

/**
 * The part of Kubernetes' ObjectMeta that the service reads and returns. A CRD leaves `metadata` open because the API server
 * validates it.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
export const objectMetaSchema: Schema = {
  type: 'object',
  description: 'The metadata of a Kubernetes object, as far as it is used.',
  required: ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'],
  properties: {
    name: { ...string, description: 'Name within the namespace.', maxLength: 253 },
    namespace: { ...string, description: 'Namespace of the execution.', maxLength: 63 },
    uid: { ...string, description: 'Unique, also among executions of the same name.', maxLength: 128 },
    resourceVersion: {
      ...string,
      description: 'Opaque; changes with every change of the resource. Absent if the execution was only validated.',
      maxLength: 64,
    },
    generation: { type: 'integer', description: 'Counts the changes of the spec.', minimum: 1 },
    creationTimestamp: { ...string, description: 'Time of creation.', format: 'date-time' },
    deletionTimestamp: { ...string, description: 'Time when its deletion was requested.', format: 'date-time' },
    finalizers: {
      type: 'array',
      description: 'Finalizers that delay its deletion.',
      items: { ...string, maxLength: 317 },
    },
    labels: { type: 'object', description: 'Kubernetes labels.', additionalProperties: string },
    annotations: {
      type: 'object',
      description: 'Kubernetes annotations; 256 KiB at most, all of them together.',
      additionalProperties: string,
    },
    ownerReferences: {
      type: 'array',
      description: 'Owners; the execution is deleted with them.',
      items: {
        type: 'object',
        description: 'An owner of the execution.',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: { ...string, description: 'Group and version of its kind.', maxLength: 317 },
          kind: { ...string, description: 'Its kind.', maxLength: 63 },
          name: { ...string, description: 'Its name, in the same namespace if it is namespaced.', maxLength: 253 },
          uid: { ...string, description: 'Its UID.', maxLength: 128 },
          controller: { type: 'boolean', description: 'Whether it is the managing controller.' },
          blockOwnerDeletion: {
            type: 'boolean',
            description: 'Whether its deletion waits for that of the execution.',
          },
        },
      },
    },
  },
};
