import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { KubernetesClient } from '../kubernetes/client.ts';
import { nestLogger, ReflectorRunner } from '../kubernetes/kubernetes.providers.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { pausingConfigMaps, pausingNamespaces } from './pause.ts';
import { PAUSE_CONFIG_MAPS, PAUSED_NAMESPACES, Pauses, pauseSelector, pausingIndexes as indexes } from './pauses.ts';

const inject = [KubernetesClient, ReflectorRunner, CONFIG];

/** Knows which namespaces are paused. Both roles share its caches. */
@Module({
  providers: [
    {
      provide: PAUSE_CONFIG_MAPS,
      inject,
      useFactory: (client: KubernetesClient, runner: ReflectorRunner, { namespace }: Pick<Config, 'namespace'>) => {
        const selection = { namespaces: [namespace], fieldSelector: pauseSelector };
        return runner.add(
          new Reflector({ resource: pausingConfigMaps, ...selection, indexes, client, log: nestLogger('Kubernetes') }),
        );
      },
    },
    {
      provide: PAUSED_NAMESPACES,
      inject,
      useFactory: (client: KubernetesClient, runner: ReflectorRunner) =>
        runner.add(
          new Reflector({
            ...{ resource: pausingNamespaces, metadataOnly: true, indexes, client, log: nestLogger('Kubernetes') },
          }),
        ),
    },
    Pauses,
  ],
  exports: [Pauses],
})
export class PausesModule {}
