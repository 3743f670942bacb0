import { Inject, Module, type DynamicModule, type FactoryProvider, type InjectionToken } from '@nestjs/common';
import { KubernetesClient } from './client.ts';
import { CLOCK, RANDOM, systemClock, type Clock } from './clock.ts';
import { loadKubeConfig } from './kube-config.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { nestLogger, ReflectorRunner } from './kubernetes.providers.ts';
import type { Logger } from './logger.ts';
import { PooledKubeConfig } from './pooled-kube-config.ts';
import { Reflector, type ReflectorSource } from './reflector.ts';
import type { ApiResource, ResourceType } from './resource-type.ts';
import type { AroundWrite } from './transport.ts';
import { packageUserAgent } from './user-agent.ts';

/** Settings of the connection to the cluster; all have defaults. */
export interface KubernetesModuleOptions {
  /** Default: found by `loadKubeConfig()`. */
  readonly kubeConfig?: PooledKubeConfig;
  /** Default: the application's Nest logger. */
  readonly log?: Logger;
  /** See {@link KubernetesClient}. */
  readonly aroundWrite?: AroundWrite;
}

const loggerToken = 'KubernetesLogger';

/** The injection token of the reflector of a resource, or of a view of it. */
export function getReflectorToken(resource: ApiResource, view?: string): string {
  const name = `${resource.plural}.${resource.version}.${resource.group}`;
  return `Reflector(${view === undefined ? name : `${name}, ${view}`})`;
}

/** Injects the reflector of a resource: `@InjectReflector(pods) private readonly pods: Reflector<Pod>`. */
export function InjectReflector(resource: ApiResource, view?: string): ReturnType<typeof Inject> {
  return Inject(getReflectorToken(resource, view));
}

/**
 * The toolkit as a Nest module. Import both parts once, in the root module; they are global:
 * `imports: [KubernetesModule.forRoot(), KubernetesModule.forResources([pods, { resource: leases, namespaces }])]`.
 * Reflectors stop with `app.close()` or shutdown hooks.
 */
@Module({})
export class KubernetesModule {
  /**
   * Provides {@link KubernetesClient}, {@link PooledKubeConfig}, {@link CLOCK} and {@link RANDOM}. The application does not start
   * without a cluster configuration (KubeConfigError).
   */
  static forRoot(options: KubernetesModuleOptions = {}): DynamicModule {
    const { aroundWrite } = options;
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
            new KubernetesClient(config, { userAgent: packageUserAgent(), aroundWrite }),
        },
        {
          provide: ReflectorRunner,
          inject: [PooledKubeConfig, CLOCK, loggerToken],
          useFactory: (config: PooledKubeConfig, clock: Clock, log: Logger) => new ReflectorRunner(config, clock, log),
        },
      ],
      exports: [CLOCK, RANDOM, PooledKubeConfig, KubernetesClient, ReflectorRunner, loggerToken],
    };
  }

  /** Provides a running {@link Reflector} for each resource, under {@link getReflectorToken}. */
  static forResources<const Objects extends readonly KubernetesObject[]>(sources: Sources<Objects>): DynamicModule {
    const providers = sources.map(reflectorProvider);
    return { module: KubernetesModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }

  /**
   * The same for one resource that is read in another way than by a list.
   *
   * @param inject tokens of what `list` needs; it is called with them, and returns the function of {@link ReflectorSource}
   */
  static forResource<T extends KubernetesObject, const Needs extends readonly unknown[]>(
    source: Omit<ReflectorSource<T>, 'list'>,
    inject: { readonly [I in keyof Needs]: InjectionToken<Needs[I]> },
    list: (...needs: Needs) => NonNullable<ReflectorSource<T>['list']>,
  ): DynamicModule {
    const provide = getReflectorToken(source.resource, source.view);
    const provider: FactoryProvider = {
      provide,
      inject: [KubernetesClient, ReflectorRunner, loggerToken, ...inject],
      useFactory: (client: KubernetesClient, runner: ReflectorRunner, log: Logger, ...needs: Needs) =>
        runner.add(new Reflector({ ...source, list: list(...needs), client, log })),
    };
    return { module: KubernetesModule, global: true, providers: [provider], exports: [provide] };
  }
}

/** A resource, or a resource with a selection and indexes, for each kind of object. */
export type Sources<Objects extends readonly KubernetesObject[]> = {
  readonly [I in keyof Objects]: ResourceType<Objects[I]> | ReflectorSource<Objects[I]>;
};

function reflectorProvider<T extends KubernetesObject>(given: ResourceType<T> | ReflectorSource<T>): FactoryProvider {
  const source = 'resource' in given ? given : { resource: given };
  return {
    provide: getReflectorToken(source.resource, source.view),
    inject: [KubernetesClient, ReflectorRunner, loggerToken],
    useFactory: (client: KubernetesClient, runner: ReflectorRunner, log: Logger) =>
      runner.add(new Reflector({ ...source, client, log })),
  };
}
