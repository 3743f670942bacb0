import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName } from '../../kubernetes/dns-names.ts';
import { ownAnnotations } from '../../workflow-execution/metadata.ts';
import { aSpec, aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { anySpec } from './execution.builders.ts';
import type { CreateCommand } from './commands.ts';
import { dnsLabel } from '../resource/names.ts';
import { canonicalJson, compareRequest, identityOf, newExecution, type RequestIdentity } from './new-execution.ts';

const command: CreateCommand = {
  namespace: 'payment',
  requestId: 'r-1',
  spec: aSpec({ parameters: { A: '1', B: '2' } }),
};
const identity = identified(command, 'alice');

/** The identity of a request with an id. */
function identified(request: CreateCommand, caller: string): RequestIdentity {
  const found = identityOf(request, caller);
  if (found === undefined) throw new Error('no request id');
  return found;
}

it('a new execution records its creation, by which a copy restored from a backup is recognized', () => {
  const command = { namespace: 'payment', name: 'we-1', spec: aSpec(), annotations: { mine: 'x' } };
  const { metadata } = newExecution(command, { createdAt: new Date('2026-01-02T03:04:05.678Z'), username: 'alice' });
  expect(metadata.annotations).toEqual({
    mine: 'x',
    [ownAnnotations.createdAt]: '2026-01-02T03:04:05Z',
    [ownAnnotations.createdBy]: 'alice',
  });
});

describe('the identity of a request', () => {
  it('is undefined without a request id', () => {
    expect(identityOf({ ...command, requestId: undefined }, 'alice')).toBeUndefined();
  });

  it('does not depend on the order of keys', () => {
    const { spec } = command;
    const turned = { ...spec, parameters: { B: '2', A: '1' } };

    expect(identityOf({ ...command, spec: turned, labels: {} }, 'alice')).toEqual(identity);
  });

  it.each<[string, Partial<CreateCommand>, string]>([
    ['another id', { requestId: 'r-2' }, 'alice'],
    ['another namespace', { namespace: 'billing' }, 'alice'],
    ['another caller', {}, 'bob'],
  ])('differs for %s', (_, over, caller) => {
    const other = identityOf({ ...command, ...over }, caller);

    expect(other?.label).not.toBe(identity.label);
    expect(other?.derivedName).not.toBe(identity.derivedName);
  });

  it.each<[string, Partial<CreateCommand>]>([
    ['another spec', { spec: aSpec() }],
    ['a name', { name: 'we-1' }],
    ['a label', { labels: { team: 'payment' } }],
    ['an annotation', { annotations: { note: 'x' } }],
  ])('has another fingerprint and the same label with %s', (_, over) => {
    const other = identityOf({ ...command, ...over }, 'alice');

    expect(other).toMatchObject({ label: identity.label, derivedName: identity.derivedName });
    expect(other?.fingerprint).not.toBe(identity.fingerprint);
  });

  it('has a valid name', () => {
    expect(isName(identity.derivedName, dnsLabel)).toBe(true);
  });

  it('is recognized on its execution only', () => {
    const { labels, annotations } = newExecution(
      { ...command, name: 'we-1' },
      { createdAt: new Date(), identity },
    ).metadata;
    const made = aWorkflowExecution({ metadata: { labels, annotations } });
    const other = identified({ ...command, name: 'we-1' }, 'alice');

    expect(compareRequest(made, identity)).toBe('same');
    expect(compareRequest(made, other)).toBe('reused');
    expect(compareRequest(aWorkflowExecution(), identity)).toBe('unrelated');
  });
});

describe('canonical JSON', () => {
  it('is equal for equal values only', () => {
    fc.assert(
      fc.property(anySpec, anySpec, (a, b) => {
        const shuffled = Object.fromEntries(Object.entries(a).reverse());
        expect(canonicalJson(shuffled)).toBe(canonicalJson(a));
        expect(JSON.parse(canonicalJson(b))).toEqual(JSON.parse(JSON.stringify(b)));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});
