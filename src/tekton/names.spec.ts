import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aWorkflowExecution } from '../workflow-execution/workflow-execution.builders.ts';
import { pipelineRunName, labelValue } from './names.ts';
import { createHash } from 'node:crypto';

const nameOf = (name: string, uid = 'uid-1'): string =>
  pipelineRunName(aWorkflowExecution({ metadata: { name, uid } }));

describe('the name of the PipelineRun', () => {
  it('starts with the name of the execution', () => {
    expect(nameOf('we-pod-crash')).toMatch(/^we-pod-crash-[0-9a-f]{12}$/);
  });

  it.each([
    ['a', 'a-4a49acf8a6bd'],
    ['a.b.c', 'a-b-c-4a49acf8a6bd'],
    ['a'.repeat(50), `${'a'.repeat(50)}-4a49acf8a6bd`],
    ['a'.repeat(51), `${'a'.repeat(50)}-4a49acf8a6bd`],
    [`${'a'.repeat(48)}--b`, `${'a'.repeat(48)}-4a49acf8a6bd`],
    [`${'a'.repeat(48)}-.bc`, `${'a'.repeat(48)}-4a49acf8a6bd`],
  ])('of the execution %s is %s', (name, expected) => {
    expect(nameOf(name)).toBe(expected);
  });

  it('is deterministic', () => {
    expect(nameOf('a')).toBe(nameOf('a'));
  });

  it('differs if the execution is recreated under the same name', () => {
    expect(nameOf('a', 'uid-1')).not.toBe(nameOf('a', 'uid-2'));
  });

  it('is a DNS label of at most 63 characters for every valid name', () => {
    const names = fc
      .stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){0,4}$/)
      .filter((name) => name.length <= 253);
    fc.assert(
      fc.property(names, fc.uuid(), (name, uid) =>
        expect(nameOf(name, uid)).toMatch(/^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/),
      ),
    );
  });
});

/** The check of the API server: `IsValidLabelValue` of k8s.io/apimachinery. */
function isValid(value: string): boolean {
  return value.length <= 63 && /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value);
}

/** The first twelve hexadecimal digits of the SHA-256. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

describe('a label value', () => {
  it.each([
    ['', ''],
    ['oomkill-increase-memory', 'oomkill-increase-memory'],
    ['payment/deployment/payment-api', 'payment.deployment.payment-api'],
    ['node/worker-1', 'node.worker-1'],
    ['a', 'a'],
    ['a'.repeat(63), 'a'.repeat(63)],
    [`${'a'.repeat(62)}-`, `${'a'.repeat(50)}-HASH`],
    ['a'.repeat(64), `${'a'.repeat(50)}-HASH`],
    ['-a', 'a-HASH'],
    ['--a--b--', 'a--b-HASH'],
    ['a:::b', 'a-b-HASH'],
    ['a_b.c-d', 'a_b.c-d'],
    ['///', 'HASH'],
    ['clusterrole/system:node', 'clusterrole.system-node-HASH'],
    ['リスタート', 'HASH'],
  ])('of %p is %p', (text, expected) => {
    expect(labelValue(text)).toBe(expected.replace('HASH', hashOf(text)));
  });

  it('is truncated with a hash, without a double dash', () => {
    const value = labelValue(`${'a'.repeat(49)}-${'b'.repeat(200)}`);
    expect(value).toMatch(/^a{49}-[0-9a-f]{12}$/);
  });

  it('is valid for every text', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '_', '.', '/', ':'), maxLength: 150 }),
    );
    fc.assert(
      fc.property(texts, (text) => expect(isValid(labelValue(text))).toBe(true)),
      { numRuns: 1000 },
    );
  });

  it('is the text itself if that is valid', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), (text) => labelValue(text) === text),
    );
  });

  it('differs for texts that differ only in the truncated part', () => {
    const start = 'x'.repeat(100);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b);
        expect(labelValue(`${start}:${a}`)).not.toBe(labelValue(`${start}:${b}`));
      }),
    );
  });
});
