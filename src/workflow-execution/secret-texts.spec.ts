import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aWorkflowExecution } from './workflow-execution.builders.ts';
import { maskOf, withoutSecretsOf } from './secret-texts.ts';

describe('a text that somebody else has written', () => {
  it('is told without the values of secret parameters, whatever stands around them', () => {
    const mask = maskOf({ DB_PASSWORD: 'hunter2', NAMESPACE: 'payment' });
    expect(mask('denied: params[0]=hunter2 in payment')).toBe('denied: params[0]=******** in payment');
  });

  it('is masked also where the value is quoted as JSON', () => {
    const mask = maskOf({ API_KEY: 'a"b\nc' });
    expect(mask(`Invalid value: ${JSON.stringify('a"b\nc')}`)).toBe('Invalid value: "********"');
  });

  it('is masked also where the white space around the value was trimmed', () => {
    const mask = maskOf({ API_KEY: ' {hunter2} ' });
    expect(mask('not with  {hunter2}')).toBe('not with ********');
    expect(mask('{hunter2} is not allowed')).toBe('********is not allowed');
  });

  it('keeps its words when a secret is as short as parts of words, unless it is quoted', () => {
    const mask = maskOf({ TOKEN: 'an' });
    expect(mask('it can not be "an"')).toBe('it can not be "********"');
  });

  it.each([
    ['"an"', '"********"'],
    ["'an'", "'********'"],
    ['`an`', '`********`'],
    ['"an', '"an'],
    ['man', 'man'],
  ])('with a short secret, %s becomes %s', (text, expected) => {
    expect(maskOf({ TOKEN: 'an' })(`${text} and ${text}`)).toBe(`${expected} and ${expected}`);
  });

  it('is masked wherever a secret of four characters stands, and of three only in quotes', () => {
    expect(maskOf({ TOKEN: 'abcd' })('xabcdx abcd')).toBe('x********x ********');
    expect(maskOf({ TOKEN: 'abc' })('xabcx "abc"')).toBe('xabcx "********"');
  });

  it('is masked also where the value is quoted without the spaces around it', () => {
    const mask = maskOf({ PASSWORD: ' hunter2 ' });
    for (const text of ['<hunter2>', '< hunter2>', '<hunter2 >', '< hunter2 >']) {
      expect(mask(text)).not.toContain('hunter2');
    }
  });

  it('keeps its empty quotes when a secret is nothing but spaces', () => {
    expect(maskOf({ TOKEN: '  ' })('it is "" or \'\', not "  "')).toBe('it is "" or \'\', not "********"');
  });

  it('is left as it is when there are no secret parameters, or no parameters', () => {
    expect(maskOf({ NAMESPACE: 'payment' })('in payment')).toBe('in payment');
    expect(maskOf()('in payment')).toBe('in payment');
  });

  it('has no part of a secret left that another one begins with', () => {
    const mask = maskOf({ TOKEN: 'abcd', PASSWORD: 'abcdefgh' });
    expect(mask('abcdefgh')).toBe('********');
  });

  it('of any kind never has a secret in it', () => {
    const secret = fc.string({ minLength: 4 }).filter((text) => !'********'.includes(text));
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
        const told = maskOf({ PASSWORD: value })(`${before}${value}${after}`);
        // Where a mask and what stands beside it happen to make the value anew, nobody has told it.
        expect(told.split('********').some((part) => part.includes(value))).toBe(false);
      }),
    );
  });
});

describe('how an execution stands', () => {
  const execution = aWorkflowExecution({ spec: { parameters: { PASSWORD: 'hunter2' } } });
  const pipelineRun = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'x', namespace: 'y', uid: 'z' };
  const message = 'because of hunter2';
  const skippedAt = '2026-01-02T03:04:05Z';

  it.each([
    { phase: 'Pending', reason: 'Forbidden', message },
    { phase: 'Running', pipelineRun, message },
    { phase: 'Completed', pipelineRun, message },
    { phase: 'Failed', failure: { reason: 'TaskFailed', message, wasExecutionFailure: true } },
    { phase: 'Skipped', skip: { reason: 'ResourceBusy', message, skippedAt } },
  ] as const)('is told without them as $phase', (observation) => {
    const told = JSON.stringify(withoutSecretsOf(execution, observation));
    expect(told).toContain('because of ********');
    expect(told).not.toContain('hunter2');
  });
});
