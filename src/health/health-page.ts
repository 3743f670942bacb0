import { Controller, Get, Inject } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';
import type { Finding } from './finding.ts';

/** What each of the three questions comes to, when it is asked. */
export interface Checks {
  live(): readonly Finding[];
  ready(): readonly Finding[];
  started(): readonly Finding[];
}

const CHECKS = Symbol('Checks');

/**
 * Health for those who run the service (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/):
 * 200 when all is well and 503 when not, with every check by its name.
 */
@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(CHECKS) private readonly checks: Checks,
  ) {}

  @Get('livez')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.tell(this.checks.live());
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.tell(this.checks.ready());
  }

  @Get('startupz')
  @HealthCheck()
  started(): Promise<HealthCheckResult> {
    return this.tell(this.checks.started());
  }

  private tell(findings: readonly Finding[]): Promise<HealthCheckResult> {
    return this.health.check(findings.map((finding) => () => this.indicate(finding)));
  }

  private indicate({ name, isWell, message }: Finding): HealthIndicatorResult {
    const indicator = this.indicators.check(name);
    return isWell ? indicator.up(message) : indicator.down(message);
  }
}

/** Answers GET /livez, /readyz and /startupz. */
export function healthPage(checks: Checks): DynamicModule {
  return {
    module: class HealthPage {},
    // Changes are logged where they are noticed, not each time that somebody asks.
    imports: [TerminusModule.forRoot({ logger: false })],
    controllers: [HealthController],
    providers: [{ provide: CHECKS, useValue: checks }],
  };
}
