import { Controller, Get, type DynamicModule } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { Liveness } from './liveness.ts';
import { Readiness } from './readiness.ts';
import { StartupProbe } from './startup-probe.ts';

/**
 * The probes of the kubelet (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/): 200 if all
 * checks are up, else 503, with every check in the body.
 */
@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly liveness: Liveness,
    private readonly readiness: Readiness,
    private readonly startup: StartupProbe,
  ) {}

  @Get('livez')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.liveness.check()]);
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.readiness.check()]);
  }

  @Get('startupz')
  @HealthCheck()
  started(): Promise<HealthCheckResult> {
    return this.health.check([() => this.startup.check()]);
  }
}

/** What the pages report. */
export interface HealthProbes {
  readonly liveness: Pick<Liveness, 'check'>;
  readonly readiness: Pick<Readiness, 'check'>;
  readonly startup: Pick<StartupProbe, 'check'>;
}

/** Serves GET /livez, /readyz and /startupz. */
export function healthPages({ liveness, readiness, startup }: HealthProbes): DynamicModule {
  return {
    module: class HealthPages {},
    // Readiness logs changes; a line for each probe would be noise.
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [
      { provide: Liveness, useValue: liveness },
      { provide: Readiness, useValue: readiness },
      { provide: StartupProbe, useValue: startup },
    ],
  };
}
