import { expect, it } from '@jest/globals';
import { inLog } from './in-log.ts';

it.each([
  [
    { namespace: 'payment', name: 'a', uid: 'u' },
    { execution: 'payment/a', uid: 'u' },
  ],
  [{ namespace: 'payment', name: 'a' }, { execution: 'payment/a' }],
  [
    { name: 'a', uid: 'u' },
    { execution: 'a', uid: 'u' },
  ],
])('the log fields of %j are %j', (execution, fields) => {
  expect(inLog(execution)).toEqual(fields);
});
