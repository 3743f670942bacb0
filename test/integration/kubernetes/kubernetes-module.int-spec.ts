import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { InjectReflector, KubernetesModule } from '../../../src/kubernetes/kubernetes.module.ts';
import { Reflector } from '../../../src/kubernetes/reflector.ts';
import { sharedCluster } from '../support/cluster.ts';
import { aConfigMap, configMaps, type ConfigMap } from '../support/config-map.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { createNamespace, type TestNamespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';

const config = sharedCluster();
const client = new KubernetesClient(config);
let namespace: TestNamespace;
let proxy: FaultProxy;

beforeAll(async () => {
  namespace = await createNamespace(client, 'module');
  proxy = await new FaultProxy(config).listen();
});

afterAll(async () => {
  await proxy.close();
  await namespace.delete();
  await config.close();
});

/** What a room of an application does with a reflector. */
@Injectable()
class Room implements OnModuleInit {
  readonly seen: string[] = [];

  constructor(
    readonly client: KubernetesClient,
    @InjectReflector(configMaps) readonly maps: Reflector<ConfigMap>,
  ) {}

  onModuleInit(): void {
    this.maps.onChange(({ object }) => this.seen.push(object.metadata.name));
  }
}

@Module({ providers: [Room] })
class RoomModule {}

describe('an application', () => {
  it('has a client and running reflectors, and leaves no connection open at its end', async () => {
    const source = { resource: configMaps, namespaces: [namespace.name], labelSelector: 'of=test' };
    const testing = await Test.createTestingModule({
      imports: [
        KubernetesModule.forRoot({ kubeConfig: proxy.kubeConfig() }),
        KubernetesModule.forResources([source]),
        RoomModule,
      ],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    const room = app.get(Room);
    expect(proxy.requests).toHaveLength(0);

    await app.init();
    await room.maps.synced(AbortSignal.timeout(10_000));
    await room.client.create(configMaps, aConfigMap(namespace.name, 'first'));
    await until('the room has seen it', () => room.seen.includes('first'));
    expect(proxy.requests[0]?.headers['user-agent']).toMatch(/^workflow-execution\/\d+\.\d+\.\d+/);

    await app.close();
    await until('the watch has ended', () => proxy.cut({ watch: true }) === 0);
    await expect(room.client.create(configMaps, aConfigMap(namespace.name, 'second'))).resolves.toBeDefined();
    expect(room.maps.store.size).toBe(1);
  });
});
