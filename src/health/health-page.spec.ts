import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { Finding } from './finding.ts';
import { healthPage } from './health-page.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

let findings: readonly Finding[];
let app: INestApplication<Server>;

beforeEach(async () => {
  const checks = { live: () => [{ name: 'eventLoop', isWell: true }], ready: () => findings, started: () => [] };
  app = (await Test.createTestingModule({ imports: [healthPage(checks)] }).compile()).createNestApplication();
  await app.init();
});

afterEach(() => app.close());

describe('the health page', () => {
  it('is 200 when all is well, with every check by its name', async () => {
    findings = [
      { name: 'executions', isWell: true, message: 'not up to date for 2 s: reset' },
      { name: 'apiServer', isWell: true },
    ];
    const answer: Answer = await request(app.getHttpServer()).get('/readyz');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      status: 'ok',
      details: {
        executions: { status: 'up', message: 'not up to date for 2 s: reset' },
        apiServer: { status: 'up' },
      },
    });
    expect(answer.headers['cache-control']).toContain('no-store');
  });

  it('is 503 when one is not, and tells which and why, and the others too', async () => {
    findings = [
      { name: 'executions', isWell: false, message: 'not read yet' },
      { name: 'apiServer', isWell: true },
    ];
    const answer: Answer = await request(app.getHttpServer()).get('/readyz');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      status: 'error',
      error: { executions: { status: 'down', message: 'not read yet' } },
      details: { executions: { status: 'down' }, apiServer: { status: 'up' } },
    });
  });

  it('answers each question by itself', async () => {
    findings = [{ name: 'executions', isWell: false }];
    await request(app.getHttpServer()).get('/livez').expect(200);
    await request(app.getHttpServer()).get('/startupz').expect(200);
  });
});
