import { Module } from '@nestjs/common';
import { ApiServer } from './api-server.ts';
import { Readiness } from './readiness.ts';
import { StartUp } from './start-up.ts';
import { Stores } from './stores.ts';

/** Knows whether the service is ready. Needs KubernetesModule with its reflectors, globally. */
@Module({
  providers: [ApiServer, Stores, Readiness, StartUp],
  exports: [Readiness, StartUp],
})
export class HealthModule {}
