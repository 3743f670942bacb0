import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';
import type { ChangeHandler, Indexes, Store } from './store.ts';

/** What a reflector mirrors and how. */
export interface ReflectorOptions<T extends KubernetesObject> {
  readonly resource: ResourceType<T>;
  /** Default (absent or empty): all namespaces. */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Indexes<T>;
  /** Slims the raw JSON before it is parsed and stored; default: drops `metadata.managedFields`. */
  readonly transform?: (raw: unknown) => unknown;
}

/** Keeps a store equal to what the API server has, through every weather. */
export class Reflector<T extends KubernetesObject> {
  readonly store!: Store<T>;
  readonly hasSynced: boolean = false;
  readonly generation: number = 0;

  constructor(_options: ReflectorOptions<T>) {}

  run(_signal: AbortSignal): Promise<void> {
    throw new Error('being written');
  }
  synced(_signal?: AbortSignal): Promise<void> {
    throw new Error('being written');
  }
  onChange(_handler: ChangeHandler<T>): () => void {
    throw new Error('being written');
  }
  onInvalid(_handler: (key: ObjectKey, error: Error) => void): () => void {
    throw new Error('being written');
  }
}
