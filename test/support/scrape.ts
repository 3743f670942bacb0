/** A response of GET /metrics. */
export interface Scrape {
  /** Names of all described metrics. */
  readonly names: ReadonlySet<string>;
  /** Sum of the time series with this name and at least these labels; 0 if there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Values of a label over all time series with this name. */
  values(name: string, label: string): ReadonlySet<string>;
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Scrapes metrics in the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
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
