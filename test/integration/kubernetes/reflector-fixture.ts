import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import type { PooledKubeConfig } from '../../../src/kubernetes/pooled-kube-config.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/config-map.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { inTime } from '../../support/until.ts';
import { startReflector, type ReflectorSettings, type RunningReflector } from './running-reflector.ts';

/** Watches of ConfigMaps. */
export const watching = { path: '/configmaps', watch: true };

/** Writes ConfigMaps that reflectors cannot parse, too. */
const anyConfigMap = { ...configMaps, parse: (raw: unknown) => raw as ConfigMap }; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- a test's own objects

/** A namespace of ConfigMaps with a fault proxy between its reflectors and the API server. */
export class ReflectorFixture implements AsyncDisposable {
  readonly client: KubernetesClient;
  readonly proxy: FaultProxy;
  private readonly reflectors: RunningReflector[] = [];
  private created: TestNamespace | undefined;

  constructor(config: PooledKubeConfig) {
    this.client = new KubernetesClient(config);
    this.proxy = new FaultProxy(config);
  }

  get namespace(): string {
    if (this.created === undefined) throw new Error('the fixture is not open');
    return this.created.name;
  }

  async open(): Promise<this> {
    this.created = await createNamespace(this.client, 'reflector');
    await this.proxy.listen();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.reflectors.map((running) => running.stop()));
    await this.proxy.close();
    await this.created?.delete();
  }

  /** Starts a reflector of this namespace behind the proxy, which acts as `user`. */
  start(settings: ReflectorSettings = {}, user: { readonly impersonateUser?: string } = {}): RunningReflector {
    const running = startReflector(this.proxy.kubeConfig(user), { namespaces: [this.namespace], ...settings });
    this.reflectors.push(running);
    return running;
  }

  /** Creates ConfigMaps, starts a reflector and waits until it watches. */
  async watch(settings: ReflectorSettings = {}, names: readonly string[] = []): Promise<RunningReflector> {
    for (const name of names) await this.create(name);
    const watch = this.proxy.next(watching);
    const running = this.start(settings);
    await running.reflector.waitForSync(AbortSignal.timeout(10_000));
    await inTime('it watches', watch);
    return running;
  }

  create(name: string, data?: Readonly<Record<string, string>>): Promise<ConfigMap> {
    return this.client.create(anyConfigMap, aConfigMap(this.namespace, name, data));
  }

  update(name: string, data: Readonly<Record<string, string>> = { changed: 'yes' }): Promise<ConfigMap> {
    return this.client.patch(anyConfigMap, { namespace: this.namespace, name }, { data });
  }

  delete(name: string): Promise<void> {
    return this.client.delete(configMaps, { namespace: this.namespace, name });
  }
}
