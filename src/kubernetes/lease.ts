import { InvalidObjectError } from './errors.ts';
import { isRecord, recordOf, stringOf } from './json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** https://kubernetes.io/docs/concepts/architecture/leases/; times are RFC 3339 with microseconds. */
export interface Lease extends KubernetesObject {
  readonly spec: LeaseSpec;
}

/** A Lease without a holder has an empty `holderIdentity` or none. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** The resource Lease of coordination.k8s.io. */
export const leaseResource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
  parse: parseLease,
} as const;

/** Parses a Lease. Throws InvalidObjectError. */
export function parseLease(raw: unknown): Lease {
  if (!isLease(raw)) throw new InvalidObjectError('The Lease has no metadata or an invalid spec');
  return raw.spec === undefined ? { ...raw, spec: {} } : raw;
}

function isLease(raw: unknown): raw is Lease {
  const { metadata, spec } = recordOf(raw);
  const { name, resourceVersion } = recordOf(metadata);
  if (stringOf(name) === undefined || stringOf(resourceVersion) === undefined) return false;
  if (spec === undefined) return true;
  if (!isRecord(spec)) return false;
  const texts = [spec['holderIdentity'], spec['acquireTime'], spec['renewTime']];
  const numbers = [spec['leaseDurationSeconds'], spec['leaseTransitions']];
  return texts.every(isAbsentOr('string')) && numbers.every(isAbsentOr('number'));
}

function isAbsentOr(type: 'string' | 'number'): (value: unknown) => boolean {
  return (value) => value === undefined || value === null || typeof value === type;
}
