import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { ListWatchTiming } from '../../../src/kubernetes/list-watch.ts';
import type { Logger } from '../../../src/kubernetes/logger.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import type { ReflectorSource } from '../../../src/kubernetes/reflector-options.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import { configMaps, type ConfigMap } from '../support/config-map.ts';

/** Short pauses, so that a test is over soon; what they are in production is the business of unit tests. */
const timing: Partial<ListWatchTiming> = { backoff: { baseMs: 20, maxMs: 200 } };

/** A running reflector of ConfigMaps and what it has told. */
export interface Mirror {
  readonly reflector: Reflector<ConfigMap>;
  /** `added NAME`, `updated NAME`, `deleted NAME`, in order. */
  readonly changes: string[];
  /** Names in the store, sorted. */
  names(): string[];
  stop(): Promise<void>;
}

/** Starts a reflector of the ConfigMaps labelled `of=test` that talks to the cluster through `config`. */
export function startMirror(
  config: PooledKubeConfig,
  source: Partial<ReflectorSource<ConfigMap>> & { readonly timing?: Partial<ListWatchTiming>; readonly log?: Logger },
): Mirror {
  const client = new KubernetesClient(config);
  const reflector = new Reflector({
    client,
    resource: configMaps,
    labelSelector: 'of=test',
    ...source,
    timing: { ...timing, ...source.timing },
  });
  const changes: string[] = [];
  reflector.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
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
    async stop() {
      stopping.abort();
      await run;
      await config.close();
    },
  };
}
