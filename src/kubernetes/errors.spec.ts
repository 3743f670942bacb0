import { describe, expect, it } from '@jest/globals';
import { ForbiddenError, InvalidError, rewording, UnavailableError } from './errors.ts';

const without = (text: string) => text.replaceAll('hunter2', '***');

describe('an error in other words', () => {
  it('is of the same kind and says the same but for them', () => {
    const causes = [{ field: 'spec', message: 'not hunter2', reason: 'FieldValueInvalid' }];
    const error = new InvalidError('hunter2 is wrong', { status: 422, reason: 'Invalid', causes, retryAfterMs: 5 });

    const reworded = error.reworded(without);

    expect(reworded).toBeInstanceOf(InvalidError);
    expect(reworded).toMatchObject({ code: 'Invalid', message: '*** is wrong', status: 422, retryAfterMs: 5 });
    expect(reworded.details.causes).toEqual([{ field: 'spec', message: 'not ***', reason: 'FieldValueInvalid' }]);
    expect(reworded.stack).not.toContain('hunter2');
  });

  it('is the very same where there is nothing to be said otherwise', async () => {
    const error = new ForbiddenError('no', { cause: new Error('why') });
    await expect(rewording(Promise.reject(error), without)).rejects.toBe(error);
  });

  it('is left alone when it is none of a call', async () => {
    const error = new TypeError('hunter2');
    await expect(rewording(Promise.reject(error), without)).rejects.toBe(error);
  });

  it('is not what a call that succeeds is answered with', async () => {
    await expect(rewording(Promise.resolve('hunter2'), without)).resolves.toBe('hunter2');
    await expect(rewording(Promise.reject(new UnavailableError('hunter2')), without)).rejects.toThrow('***');
  });
});
