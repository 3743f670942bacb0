import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, InvalidError, redactErrors, UnavailableError } from './errors.ts';

const without = (text: string) => text.replaceAll('hunter2', '***');

describe('a redacted error', () => {
  it('is of the same kind and says the same but for what is redacted', () => {
    const causes = [{ field: 'spec', message: 'not hunter2', reason: 'FieldValueInvalid' }];
    const error = new InvalidError('hunter2 is wrong', { status: 422, reason: 'Invalid', causes, retryAfterMs: 5 });

    const redacted = error.redacted(without);

    expect(redacted).toBeInstanceOf(InvalidError);
    expect(redacted).toMatchObject({ code: 'Invalid', message: '*** is wrong', status: 422, retryAfterMs: 5 });
    expect(redacted.details.causes).toEqual([{ field: 'spec', message: 'not ***', reason: 'FieldValueInvalid' }]);
    expect(redacted.stack).not.toContain('hunter2');
  });

  it('is still a denial of admission control', () => {
    const denial = new ForbiddenError('admission webhook "x" denied the request: hunter2');
    expect(denial.redacted(() => '***')).toMatchObject({ message: '***', isAdmissionDenial: true });
    expect(new ForbiddenError('hunter2').redacted(() => '***')).toMatchObject({ isAdmissionDenial: false });
  });

  it.each([
    ['many', 10_000, 10, 50],
    ['long', 100, 4_000, 4],
  ])('has the first of its causes when they are %s', (_, count, length, kept) => {
    const causes = Array.from({ length: count }, () => ({ field: '', message: 'x'.repeat(length), reason: '' }));
    let characters = 0;

    const redacted = new InvalidError('no', { causes }).redacted((text) => {
      characters += text.length;
      return text;
    });

    expect(redacted.details.causes).toHaveLength(kept);
    expect(characters).toBeLessThan(17_000);
  });

  it('is the same error when nothing is redacted', async () => {
    const error = new ForbiddenError('no', { cause: new Error('why') });
    await expect(redactErrors(Promise.reject(error), without)).rejects.toBe(error);
  });

  it('is left alone when it is none of a call', async () => {
    const error = new TypeError('hunter2');
    await expect(redactErrors(Promise.reject(error), without)).rejects.toBe(error);
  });

  it('is not what a call that succeeds is answered with', async () => {
    await expect(redactErrors(Promise.resolve('hunter2'), without)).resolves.toBe('hunter2');
    await expect(redactErrors(Promise.reject(new UnavailableError('hunter2')), without)).rejects.toThrow('***');
  });
});
