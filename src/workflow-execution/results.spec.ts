import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Result } from './generated/workflow-execution.ts';
import { limitResults, redactResults } from './results.ts';

const leftOut = { name: '…', value: '…' };
const result = (name: string, value: string): Result => ({ name, value });
const sizeOf = (results: readonly Result[]): number => Buffer.byteLength(results.map((r) => r.name + r.value).join(''));

describe('the results of an execution', () => {
  it('are kept whole up to 4096 bytes, and cut beyond', () => {
    const [fitting, longer] = [4_095, 4_096].map((length) => [
      result('a', `${'x '.repeat(length / 2)}${'x'.repeat(length % 2)}`),
    ]);
    expect(limitResults(fitting ?? [])).toEqual(fitting);
    expect(limitResults(longer ?? [])).toEqual([result('a', `${'x '.repeat(2_043)}…`)]);
  });

  it('are cut after white space or punctuation, so that no part of a token remains', () => {
    const token = 'x'.repeat(5_000);
    expect(limitResults([result('a', `is "${token}`)])).toEqual([result('a', 'is "…')]);
    expect(limitResults([result('a', token)])).toEqual([result('a', '…')]);
  });

  it('that follow one that is cut are left out, as a mark says', () => {
    const long = result('b', 'x '.repeat(2_500));
    expect(limitResults([result('a', '1'), long, result('c', '2')])).toMatchObject([
      result('a', '1'),
      { name: 'b', value: expect.stringMatching(/x …$/) },
      leftOut,
    ]);
  });

  it('are at most 64', () => {
    const many = Array.from({ length: 65 }, (_, index) => result(`r${index}`, ''));
    expect(limitResults(many.slice(1))).toEqual(many.slice(1));
    expect(limitResults(many)).toEqual([...many.slice(0, 63), leftOut]);
  });

  it('have names as long as the CRD allows', () => {
    expect(limitResults([result('n'.repeat(254), '')])).toEqual([result(`${'n'.repeat(252)}…`, '')]);
  });

  it('always fit, whatever characters they have, and limiting them again changes nothing', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    const any = fc.array(fc.record({ name: text, value: text }), { maxLength: 70, size: 'max' });
    fc.assert(
      fc.property(any, (results) => {
        const limited = limitResults(results);
        expect(sizeOf(limited)).toBeLessThanOrEqual(4_096);
        expect(limited.length).toBeLessThanOrEqual(64);
        expect(limitResults(limited)).toEqual(limited);
      }),
      { numRuns: 50 },
    );
  });
});

describe('secrets in results', () => {
  const spec = { parameters: { DB_PASSWORD: 'correcthorse', NAMESPACE: 'payment' } };

  it.each([
    ['quotes a secret parameter', 'report', 'with correcthorse', /^\(withheld: .+ secret parameter DB_PASSWORD\)$/],
    ['has a secret name', 'admin-password', 'x7', /^\*{8}$/],
    ['has a secret name in camel case', 'apiToken', 'x7', /^\*{8}$/],
    ['has a token', 'report', 'used ghp_0123456789abcdefghij0123', /^used \*{8}$/],
    ['has a password in a document', 'report', 'user: a\npassword: b7-c', /^user: a\npassword: \*{8}$/],
    ['has none', 'image-digest', 'sha256:0123', /^sha256:0123$/],
  ])('are masked as in parameters: one that %s', (_, name, value, shown) => {
    expect(redactResults([result(name, value)], spec)).toEqual([{ name, value: expect.stringMatching(shown) }]);
  });

  it('are masked if the workflow declares them as secret', () => {
    const workflowRef = { secretParameters: ['NEXT_STEP'] };
    expect(redactResults([result('next-step', 'x7')], { workflowRef })).toEqual([result('next-step', '********')]);
  });

  it('leave results that fit, although a mask is longer than what it hides', () => {
    const many = Array.from({ length: 64 }, (_, index) => result(`r${index}`, 'correcthorse'));
    expect(sizeOf(redactResults(many, spec))).toBeLessThanOrEqual(4_096);
  });
});
