import { Controller, Get, Inject, type DynamicModule } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';

/** What the pages report. */
export type HealthProbes = Readonly<Record<'livez' | 'readyz' | 'startupz', () => HealthIndicatorResult>>;

const PROBES = Symbol('HealthProbes');

/**
 * The probes of the kubelet (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/): 200 if all
 * checks are up, else 503, with every check in the body.
 */
@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    @Inject(PROBES) private readonly probes: HealthProbes,
  ) {}

  @Get('livez')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([this.probes.livez]);
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([this.probes.readyz]);
  }

  @Get('startupz')
  @HealthCheck()
  started(): Promise<HealthCheckResult> {
    return this.health.check([this.probes.startupz]);
  }
}

/** Serves GET /livez, /readyz and /startupz. */
export function healthPages(probes: HealthProbes): DynamicModule {
  return {
    module: class HealthPages {},
    // Readiness logs changes; a line for each probe would be noise.
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [{ provide: PROBES, useValue: probes }],
  };
}
