import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName } from '../../kubernetes/dns-names.ts';
import { dnsLabel, dnsSubdomain, generateName, parseName, randomSuffix } from './names.ts';

describe('a generated name', () => {
  it('starts with the name of the RemediationRequest', () => {
    expect(generateName('rr-pod-crash', '0123456789')).toBe('rr-pod-crash-0123456789');
  });

  it('is a DNS label for every RemediationRequest', () => {
    const requests = fc.stringMatching(/^[a-z0-9]([-.]?[a-z0-9])*$/).filter((name) => isName(name, dnsSubdomain));
    fc.assert(
      fc.property(requests, (request) => expect(isName(generateName(request, randomSuffix()), dnsLabel)).toBe(true)),
    );
  });

  it('is cut to the length of a label', () => {
    const name = generateName(`${'a'.repeat(51)}-b`, '0123456789');

    expect(name).toBe(`${'a'.repeat(51)}-0123456789`);
  });
});

describe('the resource name of an execution', () => {
  it('has namespace and name', () => {
    expect(parseName('namespaces/payment/workflowExecutions/we-1')).toEqual({ namespace: 'payment', name: 'we-1' });
  });

  it.each([
    '',
    'we-1',
    'namespaces/payment/workflowExecutions/',
    'namespaces/payment/workflowExecutions/..',
    'namespaces/-/workflowExecutions/we-1',
    'namespaces/payment/workflowexecutions/we-1',
    'namespaces/payment/workflowExecutions/we-1/status',
    '/namespaces/payment/workflowExecutions/we-1',
  ])('cannot be %j', (name) => {
    expect(() => parseName(name)).toThrow('name: must be namespaces/{namespace}/workflowExecutions/');
  });
});
