import { expect, it } from '@jest/globals';
import { userSettings } from './npm-access.ts';

it('passes registries and their tokens to a build, without paths of this machine', () => {
  const npmrc = [
    'registry=https://npm.example/',
    '//npm.example/:_authToken=secret',
    'cafile = /etc/ssl/own.crt',
    'prefix=/opt',
    '',
    'fund=false',
  ];
  expect(userSettings(npmrc.join('\n'))).toEqual([
    'registry=https://npm.example/',
    '//npm.example/:_authToken=secret',
    'fund=false',
  ]);
});
