import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName } from '../../kubernetes/dns-names.ts';
import { derivedName, dnsLabel, dnsSubdomain, randomSuffix } from './names.ts';

describe('a name that was not given', () => {
  it('is made of that of the RemediationRequest', () => {
    expect(derivedName('rr-pod-crash', '0123456789')).toBe('rr-pod-crash-0123456789');
  });

  it('is a DNS label, whatever the RemediationRequest is called', () => {
    const requests = fc.stringMatching(/^[a-z0-9]([-.]?[a-z0-9])*$/).filter((name) => isName(name, dnsSubdomain));
    fc.assert(
      fc.property(requests, (request) => expect(isName(derivedName(request, randomSuffix()), dnsLabel)).toBe(true)),
    );
  });

  it('is cut where a label would be too long', () => {
    const name = derivedName(`${'a'.repeat(51)}-b`, '0123456789');

    expect(name).toBe(`${'a'.repeat(51)}-0123456789`);
  });
});
