import { Module } from '@nestjs/common';
import { ApiServerProbe } from './api-server-probe.ts';
import { CacheHealth } from './cache-health.ts';
import { Readiness } from './readiness.ts';
import { StartupProbe } from './startup-probe.ts';

/** Readiness and startup of this process. Needs the global modules ConfigModule and KubernetesModule with its reflectors. */
@Module({
  providers: [ApiServerProbe, CacheHealth, Readiness, StartupProbe],
  exports: [Readiness, StartupProbe],
})
export class HealthModule {}
