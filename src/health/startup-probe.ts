import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { CONFIG, type Config } from '../config/config.ts';
import { CacheHealth } from './cache-health.ts';
import { combine, result } from './health-rules.ts';

/** Whether the process has started: the API listens (role `api`) and the caches have synced. Then it stays healthy. */
@Injectable()
export class StartupProbe {
  constructor(
    private readonly caches: CacheHealth,
    private readonly adapterHost: HttpAdapterHost,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  check(): HealthIndicatorResult {
    const isListening = this.adapterHost.listening || !this.config.roles.includes('api');
    const api = result('api', isListening, isListening ? undefined : 'not listening yet');
    return combine([api, this.caches.synced()]);
  }
}
