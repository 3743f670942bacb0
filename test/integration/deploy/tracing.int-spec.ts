import { describe, expect, it } from '@jest/globals';
import { arrayOf, recordOf } from '../../../src/kubernetes/json.ts';
import { otelEnvironment } from '../../../src/tracing/otel-environment.ts';
import { dryRun } from './dry-run.ts';
import { objectOf, renderedWith, settingsIn } from './rendered.ts';

const objects = await renderedWith('tracing');

describe('deploy/components/tracing', () => {
  it('can be applied with the base', async () => {
    await expect(dryRun('apply', objects)).resolves.toContain(
      'networkpolicy.networking.k8s.io/workflow-execution-tracing',
    );
  });

  it('turns traces on', () => {
    expect(otelEnvironment(settingsIn(objects))).toMatchObject({ protocol: 'http/protobuf', ignored: [] });
  });

  it('lets the pods reach the collector that it names, by either protocol', () => {
    const { hostname, port } = new URL(settingsIn(objects)['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
    const { spec } = objectOf(objects, 'NetworkPolicy', 'workflow-execution-tracing');
    const [egress] = arrayOf(recordOf(spec)['egress']).map(recordOf);
    const ports = arrayOf(egress?.['ports']).map((allowed) => recordOf(allowed)['port']);

    const [, namespace] = hostname.split('.');
    const matchLabels = { 'kubernetes.io/metadata.name': namespace };
    expect(egress?.['to']).toEqual([{ namespaceSelector: { matchLabels } }]);
    expect(ports).toEqual([4317, 4318]);
    expect(ports).toContain(Number(port));
  });

  it('is for the pods of the service, and for no others', () => {
    const [base, tracing] = ['workflow-execution', 'workflow-execution-tracing'].map((name) =>
      recordOf(objectOf(objects, 'NetworkPolicy', name)['spec']),
    );
    expect(tracing?.['podSelector']).toEqual(base?.['podSelector']);
  });
});
