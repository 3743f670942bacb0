import { InvalidObjectError } from './errors.ts';
import { recordOf, stringOf } from './json.ts';
import type { ObjectKey } from './kubernetes-object.ts';

/** What can be told of any object in a list or watch before it is parsed. */
export interface ObjectHeader {
  readonly key: ObjectKey;
  readonly resourceVersion: string;
}

/** Reads name, namespace and resource version from JSON. Throws InvalidObjectError when it is no Kubernetes object. */
export function readHeader(raw: unknown): ObjectHeader {
  const metadata = recordOf(recordOf(raw)['metadata']);
  const name = stringOf(metadata['name']);
  const resourceVersion = stringOf(metadata['resourceVersion']);
  if (name === undefined || resourceVersion === undefined) {
    throw new InvalidObjectError('An object without metadata.name or metadata.resourceVersion was received');
  }
  return { key: { namespace: stringOf(metadata['namespace']), name }, resourceVersion };
}
