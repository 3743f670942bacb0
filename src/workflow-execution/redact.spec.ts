import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { redactorFor } from './redact.ts';

const withheld = '(withheld: it may quote the value of the secret parameter TOKEN)';

function redact(value: string, text: string): string {
  return redactorFor({ parameters: { TOKEN: value, NAMESPACE: 'payment' } })(text);
}

describe('a text of another component', () => {
  it.each([
    ['hunter2', 'denied: params[0]=hunter2'],
    ['hunter2', 'xhunter2x'],
    ['hunter2', 'HUNTER2'],
    ['a"hunter2\n', `Invalid value: ${JSON.stringify('a"hunter2\n')}`],
    ['<hunter2>', 'Invalid value: \\u003chunter2\\u003e'],
    [' hunter2 ', 'not with  hunter2'],
    ['correcthorsebatterystaple', 'not with correcthor…'],
    ['ab12', 'xab12x'],
    ['correctho', 'not with correctho, sorry'],
    ['correcthorse-abcd', 'not with correcthorse'],
    ['abcd-efgh', 'not with abcd…'],
    ['an', 'it cannot be an'],
    ['an', 'it cannot be AN'],
    ['an', '"an"'],
    ['a1\n', 'whatever'],
    ['"{}\\"', 'whatever'],
    ['é-ü-ö', 'whatever'],
  ])('is withheld if it may quote %j: %j', (value, text) => {
    expect(redact(value, text)).toBe(withheld);
  });

  it.each([
    ['hunter2', 'exceeded quota of payment'],
    ['hunter2', 'hunter'],
    ['correcthorsebatterystaple', 'exceeded quota of payment'],
    ['hunter2', ''],
    ['an', 'it can not'],
    ['   ', 'it is "   "'],
    ['', 'it is ""'],
    ['"{}\\"', ''],
  ])('is kept if it does not quote %j: %j', (value, text) => {
    expect(redact(value, text)).toBe(text);
  });

  it('is kept without parameters', () => {
    expect(redactorFor({})('in payment')).toBe('in payment');
  });

  it('is kept with credentials masked', () => {
    expect(redact('', 'cannot fetch https://bot:hunter2@registry/x')).toBe('cannot fetch https://********@registry/x');
  });

  it('may talk about tokens and passwords', () => {
    const text = 'failed to authorize: failed to fetch token: unexpected status: basic authentication required';
    expect(redact('', text)).toBe(text);
  });

  it('is withheld if it may quote the password of a URL in any parameter', () => {
    const url = redactorFor({ parameters: { REPOSITORY: 'https://bot:hunter2@example.com/administration' } });
    expect(url('permission denied for hunter2')).toContain('the secret parameter REPOSITORY)');
    expect(url('cannot resolve example.com')).toBe('cannot resolve example.com');
  });

  it('is withheld if it may quote a declared secret parameter', () => {
    const spec = { parameters: { A: 'hunter2', PASSWORD: 'hunter2' }, workflowRef: { secretParameters: ['A'] } };
    expect(redactorFor(spec)('not hunter2')).toBe('(withheld: it may quote the value of the secret parameter A)');
  });

  it('takes linear time, however many secrets there are', () => {
    const words = Array.from({ length: 1_000 }, (_, at) => 'x'.repeat(4 + (at % 5)) + at);
    const spec = { parameters: { TOKEN: 'x', SAME: 'sig=abcd&'.repeat(1_000), OTHERS: `key=${words.join('&key=')}` } };
    const redactor = redactorFor(spec);
    redactor('');
    const look = jest.spyOn(Map.prototype, 'has');

    redactor('y'.repeat(100_000));

    expect(look.mock.calls.length).toBeGreaterThan(4_000);
    expect(look.mock.calls.length).toBeLessThan(5 * 4_096);
    look.mockRestore();
  });

  it('is truncated to the length of a message', () => {
    expect(redact('hunter2', 'x'.repeat(1_000_000)).length).toBe(4_096);
  });

  it('never quotes a secret, however it is escaped', () => {
    const quotations = [
      (value: string) => value,
      (value: string) => value.trim(),
      (value: string) => JSON.stringify(value).slice(1, -1),
      (value: string) => JSON.stringify(JSON.stringify(value)).slice(3, -3),
      (value: string) => encodeURIComponent(value),
      (value: string) => value.replaceAll(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`),
      (value: string) => value.replaceAll(/\s+/g, ' '),
    ];
    const secret = fc.string({ unit: fc.constantFrom(...'aZ09-_/+= "\\\'{}:,<&\n'), minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(secret, fc.constantFrom(...quotations), (value, quote) => {
        fc.pre(value.trim() !== '');
        expect(redact(value, `not with ${quote(value)}, sorry`)).toBe(withheld);
      }),
    );
  });
});
