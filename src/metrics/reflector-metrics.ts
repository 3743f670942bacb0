import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { ReflectorRunner } from '../kubernetes/kubernetes.providers.ts';
import { InjectMetric } from './metric.providers.ts';
import { metrics } from './metrics.ts';

/** Counts how often the watches of the application's reflectors broke off. */
@Injectable()
export class ReflectorMetrics implements OnModuleInit {
  constructor(
    private readonly runner: ReflectorRunner,
    @InjectMetric(metrics.watchRestarts) private readonly restarts: Pick<Counter, 'inc'>,
  ) {}

  /** By now every reflector is there, and none runs yet. */
  onModuleInit(): void {
    for (const reflector of this.runner.reflectors) {
      const { plural: resource } = reflector.resource;
      this.restarts.inc({ resource }, 0);
      reflector.onFailure(() => this.restarts.inc({ resource }));
    }
  }
}
