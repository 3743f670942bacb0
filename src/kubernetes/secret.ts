import { InvalidObjectError } from './errors.ts';
import { isRecord, recordOf, stringOf } from './json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** A Secret (https://kubernetes.io/docs/concepts/configuration/secret/); its values are Base64. */
export interface Secret extends KubernetesObject {
  readonly data: Readonly<Record<string, string>>;
}

/** The resource Secret of the core API. */
export const secretResource = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
  parse: parseSecret,
} as const;

/**
 * A Secret from JSON that came from outside.
 *
 * @throws InvalidObjectError when it is none; the message holds nothing of what is in it
 */
export function parseSecret(raw: unknown): Secret {
  if (isSecret(raw)) return raw.data === undefined ? { ...raw, data: {} } : raw;
  throw new InvalidObjectError('A Secret without metadata or with malformed data was received');
}

function isSecret(raw: unknown): raw is Secret {
  const { metadata, data } = recordOf(raw);
  if (stringOf(recordOf(metadata)['name']) === undefined) return false;
  return data === undefined || (isRecord(data) && Object.values(data).every((value) => typeof value === 'string'));
}
