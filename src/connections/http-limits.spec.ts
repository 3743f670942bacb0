import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { secondsText, sizeText } from '../config/limits.ts';
import { handshakeTimeoutMs, httpLimits } from './http-limits.ts';

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

it.each([
  ['api.md', `request line and headers larger than ${sizeText(httpLimits.maxHeaderBytes)}`],
  ['api.md', `${secondsText(httpLimits.requestTimeoutMs)} to arrive`],
  ['operations.md', `| TLS handshake; headers or HTTP/2 preface | ${secondsText(handshakeTimeoutMs)} each |`],
  ['operations.md', `| whole request | ${secondsText(httpLimits.requestTimeoutMs)} |`],
  ['operations.md', `| idle HTTP connection | ${secondsText(httpLimits.keepAliveTimeoutMs)} |`],
])('docs/%s says: %s', (page, text) => {
  expect(read(page).replaceAll(/ +/g, ' ')).toContain(text);
});
