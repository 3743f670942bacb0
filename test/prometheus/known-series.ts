import { collectDefaultMetrics, Registry } from 'prom-client';
import { metrics } from '../../src/metrics/metrics.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Selector } from './promql.ts';

/** Labels that Prometheus adds to the ServiceMonitor's targets. */
const scraped = ['job', 'namespace', 'pod', 'instance', 'service', 'endpoint', 'container'];

/** Series of Prometheus itself and of kube-state-metrics. */
const foreign: readonly [name: string, ...labels: string[]][] = [
  ['up'],
  ['kube_deployment_spec_replicas', 'deployment'],
  ['kube_deployment_status_replicas_ready', 'deployment'],
];

const known = new Map<string, readonly string[]>([
  ...Object.values<Metric>(metrics).flatMap(seriesOf),
  ...processMetrics().map((name): [string, string[]] => [name, []]),
  ...foreign.map(([name, ...labels]): [string, string[]] => [name, labels]),
]);

/** Labels of the series with this name; undefined if there are none. */
export function labelsOf(name: string): readonly string[] | undefined {
  const labels = known.get(name);
  return labels && [...labels, ...scraped];
}

/** The selected labels that series of this name lack. */
export function missingLabels({ metric, labels }: Selector): readonly string[] {
  return labels.filter((label) => !labelsOf(metric)?.includes(label));
}

/** A histogram has three kinds of series, none with its bare name. */
function seriesOf({ name, type, labelNames }: Metric): [string, readonly string[]][] {
  if (type !== 'histogram') return [[name, labelNames]];
  return [
    [`${name}_bucket`, [...labelNames, 'le']],
    [`${name}_count`, labelNames],
    [`${name}_sum`, labelNames],
  ];
}

function processMetrics(): string[] {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register.getMetricsAsArray().map(({ name }) => name);
}
