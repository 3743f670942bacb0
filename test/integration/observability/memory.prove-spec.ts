import { afterAll, beforeAll, it } from '@jest/globals';
import { Stage } from '../reconciler/stage.ts';
import { until } from '../support/until.ts';
import { observe, type ObservedService } from './observed-service.ts';

const stage = new Stage();
let service: ObservedService;

beforeAll(async () => {
  await stage.open();
  service = await observe(stage.namespace, { WFE_LOG_LEVEL: 'debug' });
});

afterAll(async () => {
  await service.stop();
  await stage.close();
});

it('the process that the image starts gives the memory of the first lists back', async () => {
  await until('it has', () => service.lines().some(({ msg }) => msg === 'memory of the first lists was given back'));
});
