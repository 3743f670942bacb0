import { describe, expect, it } from '@jest/globals';
import { InvalidError } from './errors.ts';
import { leaseResource } from './lease.ts';
import { collectionPath, objectPath } from './resource-type.ts';

describe('the path of an object', () => {
  it('encodes special characters', () => {
    const path = objectPath(leaseResource, { namespace: 'payment', name: 'a?x=b#c d:e' });
    expect(path).toBe('/apis/coordination.k8s.io/v1/namespaces/payment/leases/a%3Fx%3Db%23c%20d%3Ae');
  });

  // As https://pkg.go.dev/k8s.io/apimachinery/pkg/api/validation/path: paths are decoded before they are split.
  it.each(['', '.', '..', 'a/b', 'a%2Fb', '../u'])('rejects the name or namespace "%s"', (name) => {
    expect(() => objectPath(leaseResource, { namespace: 'payment', name })).toThrow(InvalidError);
    expect(() => objectPath(leaseResource, { namespace: name, name: 'a' })).toThrow(InvalidError);
    expect(() => collectionPath(leaseResource, name)).toThrow(InvalidError);
  });
});
