import { expect, it } from '@jest/globals';
import { canonicalTarget } from './target.ts';

it.each([
  ['shop/deployment/app', 'shop/deployment/app'],
  ['shop/Deployment/app', 'shop/deployment/app'],
  ['shop/deployments/app', 'shop/deployment/app'],
  ['shop/deploy/app', 'shop/deployment/app'],
  ['no/worker', 'node/worker'],
  ['Nodes/worker', 'node/worker'],
  ['deploy/deploy/deploy', 'deploy/deployment/deploy'],
])('%s is %s', (written, canonical) => {
  expect(canonicalTarget(written)).toBe(canonical);
});
