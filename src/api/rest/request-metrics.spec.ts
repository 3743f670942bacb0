import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { FakeClock } from '../../kubernetes/fake-clock.builders.ts';
import { RequestMetrics, routeOf } from './request-metrics.ts';

describe('a request', () => {
  it.each([
    ['is counted under its route', '/executions/:name', '/executions/:name'],
    ['is counted under its route where only its body was read', '/executions/', '/executions'],
    ['is counted as other where only middleware has taken it', '{/*splat}', 'other'],
    ['is counted as other where nothing has taken it', undefined, 'other'],
  ])('%s', (_, path, label) => {
    expect(routeOf({ route: path === undefined ? undefined : { path } })).toBe(label);
  });

  it.each([
    ['with the code that it was answered with', true, 404, 404],
    ['as cancelled when its caller went away before the answer', false, 200, 499],
  ])('is counted %s', async (_, headersSent, statusCode, code) => {
    const clock = new FakeClock();
    const observed: unknown[] = [];
    const metrics = new RequestMetrics({ observe: (...one: unknown[]) => void observed.push(one) }, clock);
    const response = Object.assign(new EventEmitter(), { headersSent, statusCode });

    void metrics.handler(
      { method: 'GET', route: { path: '/a' } } as Request,
      response as unknown as Response,
      () => undefined,
    );
    await clock.advance(250);
    response.emit('close');

    expect(observed).toEqual([[{ method: 'GET', route: '/a', code }, 0.25]]);
  });
});
