import { expect, it } from '@jest/globals';
import { masked, secretsAmong, withoutSecrets } from './secret-parameters.ts';

const words = [
  'PASSWORD',
  'PASSWD',
  'PASSPHRASE',
  'PWD',
  'SECRET',
  'TOKEN',
  'CREDENTIAL',
  'CREDENTIALS',
  'API_KEY',
  'APIKEY',
  'ACCESS_KEY',
  'PRIVATE_KEY',
  'SIGNING_KEY',
  'ENCRYPTION_KEY',
  'AUTH',
  'DSN',
];

it.each([
  ...words,
  ...words.map((word) => `DB_${word}`),
  ...words.map((word) => `${word}_OLD`),
  ...words.filter((word) => !word.endsWith('S')).map((word) => `${word}S`),
  'AWS_SECRET_ACCESS_KEY',
  'A_TOKEN_B_C',
])('%s is masked', (name) => {
  expect(withoutSecrets({ [name]: 'x' })).toEqual({ [name]: masked });
  expect(secretsAmong({ [name]: 'x' })).toEqual(['x']);
});

it.each([
  'NAMESPACE',
  'MEMORY_LIMIT',
  'KEY',
  'SORT_KEY',
  'AUTHOR',
  'SECRETARY',
  'TOKENIZER',
  ...words.map((word) => `X${word}`),
  ...words.map((word) => `${word}X`),
])('%s is shown', (name) => {
  expect(withoutSecrets({ [name]: 'x' })).toEqual({ [name]: 'x' });
  expect(secretsAmong({ [name]: 'x' })).toEqual([]);
});

it('what stands for a secret does not show how long it is', () => {
  expect(withoutSecrets({ TOKEN: 'a', PASSWORD: 'a much longer one', SIZE: '5' })).toEqual({
    TOKEN: '********',
    PASSWORD: '********',
    SIZE: '5',
  });
});

it('the secrets of an execution are their values, empty ones left out', () => {
  expect(secretsAmong({ TOKEN: 'a', SIZE: '5', PASSWORD: '', API_KEY: 'b' })).toEqual(['a', 'b']);
});
