import { afterAll, beforeAll, it } from '@jest/globals';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { until } from '../../support/until.ts';
import { observe, type ObservedService } from './observed-service.ts';

const fixture = new ReconcilerFixture();
let service: ObservedService;

beforeAll(async () => {
  await fixture.open();
  service = await observe(fixture.namespace, { WFE_LOG_LEVEL: 'debug' });
});

afterAll(async () => {
  await service.stop();
  await fixture.close();
});

it('compacts its heap after the initial lists', async () => {
  await until('the heap is compacted', () =>
    service.lines().some(({ msg }) => msg === 'heap compacted after initial lists'),
  );
});
