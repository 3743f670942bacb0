import { Module } from '@nestjs/common';
import { systemClock } from '../kubernetes/clock.ts';
import { ApiServer, HEALTH_CLOCK } from './api-server.ts';
import { Readiness } from './readiness.ts';
import { StartUp } from './start-up.ts';
import { Stores } from './stores.ts';

/** Knows whether the service is ready. Needs KubernetesModule with its reflectors, globally. */
@Module({
  providers: [{ provide: HEALTH_CLOCK, useValue: systemClock }, ApiServer, Stores, Readiness, StartUp],
  exports: [Readiness, StartUp],
})
export class HealthModule {}
