import { describe, expect, it } from '@jest/globals';
import {
  CancelledError,
  ForbiddenError,
  InvalidError,
  InvalidObjectError,
  mayHaveTakenEffect,
  redactErrors,
  ThrottledError,
  UnavailableError,
  type KubernetesError,
} from './errors.ts';

const maskHunter2 = (text: string) => text.replaceAll('hunter2', '***');

/** The rejection of a failed call whose errors are redacted. */
function redacted(error: Error, redact = maskHunter2): Promise<KubernetesError> {
  return redactErrors(Promise.reject(error), redact).catch((thrown: KubernetesError) => thrown);
}

describe('redactErrors', () => {
  it('masks the message and the causes and keeps everything else', async () => {
    const causes = [{ field: 'spec', message: 'not hunter2', reason: 'FieldValueInvalid' }];
    const fields = { status: 422, reason: 'Invalid', causes, retryAfterMs: 5 };

    const error = await redacted(new InvalidError('hunter2 is wrong', fields));

    expect(error).toBeInstanceOf(InvalidError);
    expect(error).toMatchObject({ code: 'Invalid', message: '*** is wrong', status: 422, retryAfterMs: 5 });
    expect(error.details.causes).toEqual([{ field: 'spec', message: 'not ***', reason: 'FieldValueInvalid' }]);
    expect(error.stack).not.toContain('hunter2');
  });

  it('keeps whether it is an admission denial', async () => {
    const denial = new ForbiddenError('admission webhook "x" denied the request: hunter2');
    const maskAll = () => '***';
    await expect(redacted(denial, maskAll)).resolves.toMatchObject({ message: '***', isAdmissionDenial: true });
    await expect(redacted(new ForbiddenError('no'), maskAll)).resolves.toMatchObject({ isAdmissionDenial: false });
  });

  it.each([
    ['many', 10_000, 10, 50],
    ['long', 100, 4_000, 4],
  ])('keeps only the first causes when they are %s', async (_, count, length, kept) => {
    const causes = Array.from({ length: count }, () => ({ field: '', message: 'x'.repeat(length), reason: '' }));
    let characters = 0;

    const error = await redacted(new InvalidError('no', { causes }), (text) => {
      characters += text.length;
      return text;
    });

    expect(error.details.causes).toHaveLength(kept);
    expect(characters).toBeLessThan(17_000);
  });

  it('rethrows the same error if nothing is masked', async () => {
    const error = new ForbiddenError('no', { cause: new Error('why') });
    await expect(redacted(error)).resolves.toBe(error);
  });

  it('does not change other errors and results', async () => {
    const error = new TypeError('hunter2');
    await expect(redacted(error)).resolves.toBe(error);
    await expect(redactErrors(Promise.resolve('hunter2'), maskHunter2)).resolves.toBe('hunter2');
  });
});

describe('a write that failed', () => {
  it.each([
    [new UnavailableError('not answered within 30000 ms', { reason: 'Timeout' }), true],
    [new UnavailableError('etcdserver: request timed out', { status: 500 }), true],
    [new UnavailableError('Internal error occurred: failed calling webhook "a": EOF', { status: 500 }), false],
    [new CancelledError('stopped'), true],
    [new InvalidObjectError('no metadata'), true],
    [new TypeError('a fault of ours'), true],
    [new ForbiddenError('no', { status: 403 }), false],
    [new ThrottledError('later', { status: 429 }), false],
  ])('may have taken effect after %s: %p', (error, expected) => {
    expect(mayHaveTakenEffect(error)).toBe(expected);
  });
});
