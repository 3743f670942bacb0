/** What GET /metrics has answered. */
export interface Scrape {
  /** Every metric that is described. */
  readonly names: ReadonlySet<string>;
  /** The sum of the time series of this name that have these labels, whatever else they have; 0 when there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The values that a label has, over all time series of this name. */
  values(name: string, label: string): ReadonlySet<string>;
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads the metrics as Prometheus does (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @param address `host:port`
 */
export async function scrape(address: string): Promise<Scrape> {
  const response = await fetch(`http://${address}/metrics`);
  if (!response.ok) throw new Error(`/metrics returned ${response.status}`);
  const lines = (await response.text()).split('\n');
  const series = lines.map(readSeries).filter((one) => one !== undefined);
  const described = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2] ?? '');
  return {
    names: new Set(described),
    sum(name, labels = {}) {
      const matching = series.filter((one) => one.name === name && has(one, labels));
      return matching.reduce((sum, { value }) => sum + value, 0);
    },
    values(name, label) {
      return new Set(series.filter((one) => one.name === name).map(({ labels }) => labels[label] ?? ''));
    },
  };
}

function has({ labels }: Series, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

function readSeries(line: string): Series | undefined {
  const { name, labels = '', value } = /^(?<name>\w+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups ?? {};
  if (name === undefined) return undefined;
  const pairs = labels.matchAll(/(?<name>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g);
  return {
    name,
    value: Number(value),
    labels: Object.fromEntries([...pairs].map(({ groups }) => [groups?.['name'] ?? '', groups?.['value'] ?? ''])),
  };
}
