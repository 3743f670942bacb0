import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { healthPages } from './health.controller.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

let checks: HealthIndicatorResult;
let app: INestApplication<Server>;

beforeEach(async () => {
  const probes = {
    livez: () => ({}),
    readyz: () => checks,
    startupz: () => ({}),
  };
  app = (await Test.createTestingModule({ imports: [healthPages(probes)] }).compile()).createNestApplication();
  await app.init();
});

afterEach(() => app.close());

describe('a health page', () => {
  it('returns 200 with every check if all are up', async () => {
    checks = {
      executions: { status: 'up', message: 'not up to date for 2 s: reset' },
      apiServer: { status: 'up' },
    };
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

  it('returns 503 with every check if one is down', async () => {
    checks = { executions: { status: 'down', message: 'not read yet' }, apiServer: { status: 'up' } };
    const answer: Answer = await request(app.getHttpServer()).get('/readyz');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      status: 'error',
      error: { executions: { status: 'down', message: 'not read yet' } },
      details: { executions: { status: 'down' }, apiServer: { status: 'up' } },
    });
  });

  it('is independent of the other pages', async () => {
    checks = { executions: { status: 'down' } };
    await request(app.getHttpServer()).get('/livez').expect(200);
    await request(app.getHttpServer()).get('/startupz').expect(200);
  });
});
