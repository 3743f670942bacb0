import { Inject, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { KubernetesClient } from './client.ts';
import { CLOCK, RANDOM, systemClock } from './clock.ts';
import { loadKubeConfig } from './kube-config.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import { nestLogger, ReflectorRunner } from './kubernetes.providers.ts';
import { PooledKubeConfig } from './pooled-kube-config.ts';
import type { ReflectorSource } from './reflector-options.ts';
import { Reflector } from './reflector.ts';
import type { ApiResource, ResourceType } from './resource-type.ts';
import type { AroundWrite } from './transport.ts';
import { packageUserAgent } from './user-agent.ts';

/** Settings of the connection to the cluster; all have defaults. */
export interface KubernetesModuleOptions {
  /** Default: found by `loadKubeConfig()`. */
  readonly kubeConfig?: PooledKubeConfig;
  /** Default: the application's Nest logger. */
  readonly log?: Logger;
  /** Default time-out of a call in milliseconds; 30 000. */
  readonly timeoutMs?: number;
  /** Of the client; see there. */
  readonly aroundWrite?: AroundWrite;
}

const loggerToken = 'KubernetesLogger';

/** The injection token of the reflector of a resource. */
export function getReflectorToken(resource: ApiResource): string {
  return `Reflector(${resource.plural}.${resource.version}.${resource.group})`;
}

/** Injects the reflector of a resource: `@InjectReflector(pods) private readonly pods: Reflector<Pod>`. */
export function InjectReflector(resource: ApiResource): ReturnType<typeof Inject> {
  return Inject(getReflectorToken(resource));
}

/**
 * The toolkit in a Nest application. Both halves are global and belong into the root module, once:
 * `imports: [KubernetesModule.forRoot(), KubernetesModule.forResources([pods, { resource: leases, namespaces }])]`.
 * Shutdown hooks must be enabled for reflectors to stop (`app.enableShutdownHooks()` or `app.close()`).
 */
@Module({})
export class KubernetesModule {
  /** Provides {@link KubernetesClient}, {@link PooledKubeConfig}, {@link CLOCK} and {@link RANDOM}. Throws KubeConfigError at start without a cluster. */
  static forRoot(options: KubernetesModuleOptions = {}): DynamicModule {
    const { timeoutMs, aroundWrite } = options;
    return {
      module: KubernetesModule,
      global: true,
      providers: [
        { provide: CLOCK, useValue: systemClock },
        { provide: RANDOM, useValue: Math.random },
        { provide: PooledKubeConfig, useFactory: () => options.kubeConfig ?? loadKubeConfig() },
        { provide: loggerToken, useFactory: () => options.log ?? nestLogger('Kubernetes') },
        {
          provide: KubernetesClient,
          inject: [PooledKubeConfig],
          useFactory: (config: PooledKubeConfig) =>
            new KubernetesClient(config, { userAgent: packageUserAgent(), timeoutMs, aroundWrite }),
        },
        {
          provide: ReflectorRunner,
          inject: [PooledKubeConfig, loggerToken],
          useFactory: (config: PooledKubeConfig, log: Logger) => new ReflectorRunner(config, log),
        },
      ],
      exports: [CLOCK, RANDOM, PooledKubeConfig, KubernetesClient, ReflectorRunner, loggerToken],
    };
  }

  /** Provides one running {@link Reflector} per resource, under {@link getReflectorToken}. */
  static forResources<const Objects extends readonly KubernetesObject[]>(sources: Sources<Objects>): DynamicModule {
    const providers = sources.map(reflectorProvider);
    return { module: KubernetesModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** One resource, or more about how to mirror it, for each kind of object. */
export type Sources<Objects extends readonly KubernetesObject[]> = {
  readonly [I in keyof Objects]: ResourceType<Objects[I]> | ReflectorSource<Objects[I]>;
};

function reflectorProvider<T extends KubernetesObject>(given: ResourceType<T> | ReflectorSource<T>): FactoryProvider {
  const source = 'resource' in given ? given : { resource: given };
  return {
    provide: getReflectorToken(source.resource),
    inject: [KubernetesClient, ReflectorRunner, loggerToken],
    useFactory: (client: KubernetesClient, runner: ReflectorRunner, log: Logger) =>
      runner.add(new Reflector({ ...source, client, log })),
  };
}
