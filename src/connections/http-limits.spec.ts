import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { secondsText, sizeText } from '../config/limits.ts';
import { httpLimits } from './http-limits.ts';

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

it.each([
  `request line and headers larger than ${sizeText(httpLimits.maxHeaderBytes)}`,
  `${secondsText(httpLimits.requestTimeoutMs)} to arrive`,
])('docs/api.md says: %s', (text) => {
  expect(page).toContain(text);
});
