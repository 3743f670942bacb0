import { Inject, Module, type DynamicModule } from '@nestjs/common';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Logger } from './logger.ts';
import type { ReflectorSource } from './reflector.ts';
import type { ApiResource, ResourceType } from './resource-type.ts';

/** Settings of the connection to the cluster. */
export interface KubernetesModuleOptions {
  readonly log?: Logger;
}

/** The injection token of the reflector of a resource. */
export function getReflectorToken(resource: ApiResource): string {
  return `Reflector(${resource.plural}.${resource.group})`;
}

/** Injects the reflector of a resource. */
export function InjectReflector(resource: ApiResource): ParameterDecorator {
  return Inject(getReflectorToken(resource));
}

/** Provides KubernetesClient everywhere, and one running Reflector per resource. */
@Module({})
export class KubernetesModule {
  static forRoot(_options: KubernetesModuleOptions = {}): DynamicModule {
    return { module: KubernetesModule, global: true };
  }

  static forResources<T extends KubernetesObject>(
    _resources: readonly (ResourceType<T> | ReflectorSource<T>)[],
  ): DynamicModule {
    return { module: KubernetesModule };
  }
}
