import { Module } from '@nestjs/common';
import { KubernetesClient } from '../kubernetes/client.ts';
import { Discovery } from '../kubernetes/discovery.ts';
import { Targets } from './targets.ts';

/** Resolves targets. Both roles share one cache of API discovery. */
@Module({
  providers: [
    {
      provide: Discovery,
      inject: [KubernetesClient],
      useFactory: (client: KubernetesClient) => new Discovery(client),
    },
    Targets,
  ],
  exports: [Targets],
})
export class TargetsModule {}
