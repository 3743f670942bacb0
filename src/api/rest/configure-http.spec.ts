import { connect } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { checkRequest, ignoreConditions } from './check-request.ts';
import { openApiDocument, serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';

@Module({})
class NoRoutes {}

const content = { text: 'ä'.repeat(100_000) };
/** Called for each serialization of the document. */
const toJSON = jest.fn(() => content);
let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  app = await NestFactory.create<NestExpressApplication>(NoRoutes, { logger: false });
  app.disable('etag');
  app.use(checkRequest);
  app.use('/api', ignoreConditions);
  app.use('/api/thing', (_request: Request, response: Response) => response.json({}));
  app.useGlobalFilters(new ProblemFilter());
  serveOpenApi(app, () => Object.assign(openApiDocument(app), { toJSON }));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(() => app.close());

describe('Swagger UI', () => {
  it('is served with all its assets, also with a trailing slash', async () => {
    for (const address of ['/docs', '/docs/']) {
      const page = await fetch(`${url}${address}`);
      const html = await page.text();
      const parts = [...html.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, path = '']) => path);

      expect(parts.length).toBeGreaterThan(3);
      for (const part of parts) expect(await statusOf(new URL(part, page.url))).toBe(200);
    }
  });

  it.each([
    ...['package.json', 'README.md', 'swagger-ui.js.map', 'swagger-ui-bundle.js.map', 'index.js', 'absolute-path.js'],
    ...['swagger-initializer.js', 'oauth2-redirect.html', 'LICENSE', '%70ackage.json', 'x/../package.json'],
  ])('does not serve %s', async (file) => {
    const answer = await fetch(`${url}/docs/${file}`);

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    await answer.body?.cancel();
  });

  it('does not store tokens', async () => {
    const settings = await (await fetch(`${url}/docs/swagger-ui-init.js`)).text();

    expect(settings).toContain('tryItOutEnabled');
    expect(settings).not.toContain('persistAuthorization');
  });
});

describe('the OpenAPI document', () => {
  it('is serialized once', async () => {
    for (let turn = 0; turn < 3; turn++) {
      const answer = await fetch(`${url}/openapi.json`);

      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      await expect(answer.json()).resolves.toEqual(content);
    }
    expect(toJSON).toHaveBeenCalledTimes(1);
  });

  it('is loaded by Swagger UI, not embedded in its page', async () => {
    const settings = await (await fetch(`${url}/docs/swagger-ui-init.js`)).text();

    expect(settings).toContain('"swaggerUrl": "/openapi.json"');
    expect(settings).not.toContain('"swaggerDoc"');
  });
});

describe('a request', () => {
  it.each([
    ['GET', 'host: a\r\nhost: b', 'more than one Host header'],
    ['GET', 'host: a\r\nHost: a', 'more than one Host header'],
    ['GET', 'host: a\r\nauthorization: Bearer a\r\nAuthorization: Bearer b', 'more than one Authorization header'],
    ['POST', 'host: a\r\ntransfer-encoding: gzip, chunked', 'transfer coding'],
    ...['a b', 'a,b', 'x/y', 'x@y', 'a:b', '[::1', 'a:123456'].map((host) => [
      'GET',
      `host: ${host}`,
      'the Host header',
    ]),
  ])('%s with %j is refused', async (method, headers, detail) => {
    const answer = await answerTo(method, headers);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(detail);
  });

  it.each(['%zz', '%', '%ff', '%C3%28'])('with the query %s is refused', async (query) => {
    expect(await answerTo('GET', 'host: a', `/api/thing?phase=${query}`)).toMatch(
      /^HTTP\/1\.1 400 .*percent-encoding/s,
    );
  });

  it.each([
    ...['a.b-c_d:8080', '[2001:db8::1]:443', '127.0.0.1', ''].map((host) => ['GET', `host: ${host}`, 200] as const),
    ['GET', 'host: a\r\ncontent-length: 0', 200],
    ['GET', 'host: a\r\nexpect: 100-CONTINUE', 200],
    ['DELETE', 'host: a\r\ncontent-length: 0', 404],
    ['POST', 'host: a\r\ncontent-length: 0', 404],
  ])('%s with %j is accepted', async (method, headers, status) => {
    expect(await answerTo(method, headers)).toContain(`HTTP/1.1 ${status} `);
  });
});

it('a response is complete, whatever state the client claims to have', async () => {
  for (const headers of ['if-none-match: *', 'if-modified-since: Fri, 01 Jan 2100 00:00:00 GMT']) {
    expect(await answerTo('GET', `host: a\r\n${headers}`, '/api/thing')).toMatch(/^HTTP\/1\.1 200 /);
  }
});

/** Releases the connection, which an unread body would keep open. */
async function statusOf(address: URL): Promise<number> {
  const { status, body } = await fetch(address);
  await body?.cancel();
  return status;
}

async function answerTo(method: string, headers: string, path = '/openapi.json'): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  socket.write(`${method} ${path} HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n`);
  let answer = '';
  for await (const text of socket) {
    answer += String(text);
    if (answer.includes('\r\n\r\n{')) break;
  }
  return answer;
}
