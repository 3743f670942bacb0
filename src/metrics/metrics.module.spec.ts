import { expect, it, jest } from '@jest/globals';
import type { Response } from 'express';
import { register } from 'prom-client';
import { MetricsController } from './metrics.module.ts';

it('one collection serves all requests of a turn of the event loop', async () => {
  const collect = jest.spyOn(register, 'metrics');
  const response = { header: jest.fn() } as unknown as Response;
  const controller = new MetricsController();

  await Promise.all([controller.index(response), controller.index(response)]);
  expect(collect).toHaveBeenCalledTimes(1);
  await controller.index(response);
  expect(collect).toHaveBeenCalledTimes(2);
});
