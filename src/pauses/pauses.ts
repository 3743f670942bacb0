import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, serves, type Config } from '../config/config.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import type { Change } from '../kubernetes/store.ts';
import { pauseConfigMap, type Pause, type PausingObject } from './pause.ts';

/** Injection token of the reflector of the ConfigMap that pauses all namespaces. */
export const PAUSE_CONFIG_MAPS = Symbol('PauseConfigMaps');

/** Injection token of the reflector of namespaces. */
export const PAUSED_NAMESPACES = Symbol('PausedNamespaces');

/** Name of the index of objects that pause. */
const pausingIndex = 'pausing';

/** The indexes of both reflectors. */
export const pausingIndexes = {
  [pausingIndex]: ({ pause }: PausingObject): readonly string[] => (pause === undefined ? [] : ['']),
};

/** Which of the served namespaces are paused, from memory. */
@Injectable()
export class Pauses {
  constructor(
    @Inject(PAUSE_CONFIG_MAPS) private readonly configMaps: Reflector<PausingObject>,
    @Inject(PAUSED_NAMESPACES) private readonly namespaces: Reflector<PausingObject>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'watchNamespaces'>,
  ) {}

  /** What keeps executions of a namespace from starting; undefined if nothing does. */
  of(namespace: string): Pause | undefined {
    const [everywhere] = this.configMaps.store.byIndex(pausingIndex, '');
    return (everywhere ?? this.namespaces.store.get({ name: namespace }))?.pause;
  }

  /** The objects that pause something. */
  all(): readonly PausingObject[] {
    const namespaces = this.namespaces.store.byIndex(pausingIndex, '').filter((one) => this.isServed(one));
    return [...this.configMaps.store.byIndex(pausingIndex, ''), ...namespaces];
  }

  /** Calls `handler` with the namespace whose pause has begun, changed or ended; undefined for all namespaces. */
  onChange(handler: (namespace: string | undefined) => void): void {
    const unlessSame = ({ type, object, previous }: Change<PausingObject>, namespace: string | undefined) => {
      const now = type === 'deleted' ? undefined : object.pause;
      if (!isDeepStrictEqual(previous?.pause, now)) handler(namespace);
    };
    this.configMaps.onChange((change) => unlessSame(change, undefined));
    this.namespaces.onChange((change) => {
      if (this.isServed(change.object)) unlessSame(change, change.object.metadata.name);
    });
  }

  /** Resolves once every pause is known that was there at the time of the call; rejects with CancelledError on `signal`. */
  async waitUntilFresh(signal: AbortSignal): Promise<void> {
    await Promise.all([this.configMaps.waitUntilFresh(signal), this.namespaces.waitUntilFresh(signal)]);
  }

  /** The cache has all namespaces of the cluster. */
  private isServed(namespace: PausingObject): boolean {
    return serves(this.config, namespace.metadata.name);
  }
}

/** Selects the ConfigMap that pauses all namespaces. */
export const pauseSelector = `metadata.name=${pauseConfigMap}`;
