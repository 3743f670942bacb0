import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { startCluster, type Cluster } from '../../cluster/index.ts';
import { applyProduct, kubectl } from '../../support/product.ts';
import { operatorCrds } from './operators/crds.ts';
import { objectOf, rendered, roles } from './rendered.ts';

/** Time to start an API server and to download missing CRDs, in milliseconds. */
const patience = 600_000;

// On a separate cluster: a user's cluster may have other versions of these operators.
describe('a cluster with the CRDs of cert-manager and the Prometheus operator', () => {
  let cluster: Cluster;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-operators-'));
    cluster = await startCluster({ name: `operators-${process.pid}`, level: 'api', ignoreKubeconfig: true });
    const files = (await operatorCrds()).flatMap((file) => ['-f', file]);
    await kubectl(cluster, 'apply', '--server-side', ...files);
    await kubectl(cluster, 'wait', '--for=condition=Established', '--timeout=60s', ...files);
    await applyProduct(cluster);
  }, patience);

  afterAll(async () => {
    await cluster.stop();
    await rm(directory, { recursive: true });
  }, patience);

  const fileWith = async (object: JsonRecord): Promise<string> => {
    const file = join(directory, 'object.json');
    await writeFile(file, JSON.stringify(object));
    return file;
  };

  /** Applies objects with kubectl, without a dry run. */
  const apply = async (items: readonly JsonRecord[]): Promise<string> => {
    const file = await fileWith({ apiVersion: 'v1', kind: 'List', items });
    return kubectl(cluster, 'apply', '--server-side', '--force-conflicts', '--validate=strict', '-f', file);
  };

  /** Without kubectl's own validation: the response of the API server for an object of another name. */
  const create = async (object: JsonRecord): Promise<string> => {
    const file = await fileWith({ ...object, metadata: { ...recordOf(object['metadata']), name: 'tried' } });
    return kubectl(cluster, 'create', '--raw', pathOf(object), '-f', file);
  };

  it('accepts all of deploy/overlays/production', async () => {
    const applied = await apply(await rendered('overlays/production'));

    const kinds = [
      'issuer.cert-manager.io',
      'certificate.cert-manager.io',
      'servicemonitor.monitoring.coreos.com',
      'prometheusrule.monitoring.coreos.com',
    ];
    for (const role of roles) expect(applied).toContain(`deployment.apps/workflow-execution-${role} `);
    for (const kind of kinds) expect(applied).toContain(`${kind}/workflow-execution `);
  });

  describe.each(['Certificate', 'Issuer', 'ServiceMonitor', 'PrometheusRule'])(
    'accepts the %s of deploy/overlays/production',
    (kind) => {
      it('with strict validation', async () => {
        const right = objectOf(await rendered('overlays/production'), kind, 'workflow-execution');
        await expect(create(right)).resolves.toContain(`"kind":"${kind}"`);
      });

      it('but not with an unknown field', async () => {
        const right = objectOf(await rendered('overlays/production'), kind, 'workflow-execution');
        const wrong = { ...right, spec: { ...recordOf(right['spec']), secretname: 'x' } };
        await expect(create(wrong)).rejects.toThrow('strict decoding error: unknown field "spec.secretname"');
      });
    },
  );

  it.each([
    ['Certificate', { duration: 2160 }, 'spec.duration'],
    ['Issuer', { ca: {} }, 'spec.ca.secretName: Required value'],
    ['ServiceMonitor', { endpoints: [{ port: 'metrics', interval: 'often' }] }, 'spec.endpoints[0].interval'],
    ['PrometheusRule', { groups: [{ name: 'x', rules: [{ alert: 'X' }] }] }, 'spec.groups[0].rules[0].expr'],
  ])('rejects a %s with %j', async (kind, wrong, complaint) => {
    const right = objectOf(await rendered('overlays/production'), kind, 'workflow-execution');

    await expect(create({ ...right, spec: { ...recordOf(right['spec']), ...wrong } })).rejects.toThrow(complaint);
  });
});

/** A strict dry run: the API server must know all fields, and stores nothing. */
function pathOf({ apiVersion, kind, metadata }: JsonRecord): string {
  const namespace = String(recordOf(metadata)['namespace']);
  const plural = `${String(kind).toLowerCase()}s`;
  return `/apis/${String(apiVersion)}/namespaces/${namespace}/${plural}?fieldValidation=Strict&dryRun=All`;
}
