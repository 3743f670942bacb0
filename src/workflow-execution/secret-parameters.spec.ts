import { expect, it } from '@jest/globals';
import { masked, withoutSecrets } from './secret-parameters.ts';

it.each([
  'PASSWORD',
  'DB_PASSWORD',
  'API_KEY',
  'APIKEY',
  'GITHUB_TOKEN',
  'TOKENS',
  'AWS_SECRET_ACCESS_KEY',
  'CREDENTIALS',
])('%s is masked', (name) => expect(withoutSecrets({ [name]: 'x' })).toEqual({ [name]: masked }));

it.each(['NAMESPACE', 'MEMORY_LIMIT', 'KEY', 'AUTHOR', 'SECRETARY', 'TOKENIZER'])('%s is shown', (name) =>
  expect(withoutSecrets({ [name]: 'x' })).toEqual({ [name]: 'x' }),
);
