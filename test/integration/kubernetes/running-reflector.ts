import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { ListWatchTiming } from '../../../src/kubernetes/list-watch.ts';
import type { Logger } from '../../../src/kubernetes/logger.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import type { ReflectorSource } from '../../../src/kubernetes/reflector.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import { configMaps, type ConfigMap } from '../support/config-map.ts';

/** Short pauses for tests; unit tests cover those of production. */
const timing: Partial<ListWatchTiming> = { backoff: { baseMs: 20, maxMs: 200 } };

/** What a reflector of ConfigMaps is started with. */
export type ReflectorSettings = Partial<ReflectorSource<ConfigMap>> & {
  readonly timing?: Partial<ListWatchTiming>;
  readonly log?: Logger;
};

/** A running reflector of ConfigMaps and the changes it has reported. */
export interface RunningReflector {
  readonly reflector: Reflector<ConfigMap>;
  /** `added NAME`, `updated NAME`, `deleted NAME`, in order. */
  readonly changes: string[];
  /** Names in the store, sorted. */
  names(): string[];
  /** Number of complete lists. */
  lists(): number;
  stop(): Promise<void>;
}

/** Starts a reflector of the ConfigMaps with the label `of=test`. */
export function startReflector(config: PooledKubeConfig, settings: ReflectorSettings): RunningReflector {
  const client = new KubernetesClient(config);
  const reflector = new Reflector({
    client,
    resource: configMaps,
    labelSelector: 'of=test',
    ...settings,
    timing: { ...timing, ...settings.timing },
  });
  const changes: string[] = [];
  let lists = 0;
  reflector.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  reflector.onWatchCacheEvent(({ type }) => {
    if (type === 'listEnd') lists++;
  });
  const stopping = new AbortController();
  const run = reflector.run(stopping.signal);
  return {
    reflector,
    changes,
    names: () =>
      reflector.store
        .list()
        .map((object) => object.metadata.name)
        .sort(),
    lists: () => lists,
    async stop() {
      stopping.abort();
      await run;
      await config.close();
    },
  };
}
