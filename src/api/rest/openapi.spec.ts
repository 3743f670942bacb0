import { expect, it } from '@jest/globals';
import { allowedMethods } from './openapi.ts';

const operation = { responses: {} };
const methodsOf = allowedMethods({
  paths: {
    '/api/v1/things': { get: operation, post: operation },
    '/api/v1/things/{name}': { get: operation, delete: operation },
    '/api/v1/things/{name}/log': { get: operation },
  },
});

it.each([
  ['/api/v1/things', ['GET', 'POST']],
  ['/api/v1/things?limit=1', ['GET', 'POST']],
  ['/api/v1/things/', ['GET', 'POST']],
  ['/api/v1/things/a-b.c', ['GET', 'DELETE']],
  ['/api/v1/things/a/log', ['GET']],
  ['/openapi.json', ['GET']],
  ['/docs', ['GET']],
  ['/api/v1/things/a/b', []],
  ['/api/v1', []],
  ['', []],
])('%s allows the methods %j', (address, methods) => {
  expect(methodsOf(address)).toEqual(methods);
});
