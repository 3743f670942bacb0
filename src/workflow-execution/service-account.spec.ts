import { expect, it } from '@jest/globals';
import { serviceAccountOf } from './service-account.ts';

it.each([
  [undefined, 'workflow-execution-sa'],
  [{}, 'workflow-execution-sa'],
  [{ timeout: '5m' }, 'workflow-execution-sa'],
  [{ serviceAccountName: 'remediator' }, 'remediator'],
])('with executionConfig %j pods run as %s', (executionConfig, expected) => {
  expect(serviceAccountOf({ executionConfig })).toBe(expected);
});
