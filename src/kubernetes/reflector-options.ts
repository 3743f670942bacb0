import type { Random, Clock } from './clock.ts';
import type { KubernetesClient } from './client.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ListWatchTiming } from './list-watch.ts';
import type { Logger } from './logger.ts';
import type { ResourceType } from './resource-type.ts';
import type { Indexes } from './store.ts';

/** What a reflector mirrors. */
export interface ReflectorSource<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  /** Default (absent or empty): all namespaces. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Indexes<T>;
}

/** What a reflector mirrors, and with what means. */
export interface ReflectorOptions<T extends KubernetesObject> extends ReflectorSource<T> {
  readonly client: Pick<KubernetesClient, 'listRaw' | 'watch'>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  readonly timing?: Partial<ListWatchTiming>;
}
