import { expect, it } from '@jest/globals';
import { Addresses } from './addresses.ts';

const operation = { responses: {} };
const addresses = new Addresses({
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
  ['/api/v1/things/a/b', []],
  ['/api/v1', []],
  ['', []],
])('%s has the methods %j', (address, methods) => {
  expect(addresses.methodsOf(address)).toEqual(methods);
});
