import { describe, expect, it } from '@jest/globals';
import { metrics } from '../../src/metrics/metrics.ts';
import { panels } from './dashboard.ts';
import { labelsOf, missingLabels } from './known-series.ts';
import { parseQuery } from './promql.ts';
import { alerts } from './rules.ts';

const queries: readonly [string, string][] = [
  ...alerts.map(({ name, query }): [string, string] => [`the alert ${name}`, query]),
  ...panels.flatMap(({ title, queries }) => queries.map((query): [string, string] => [`the panel ${title}`, query])),
];

describe.each(queries)('%s', (_, query) => {
  const { selectors, groupings } = parseQuery(query);

  it('uses existing metrics', () => {
    expect(selectors.map(({ metric }) => metric).filter((metric) => labelsOf(metric) === undefined)).toEqual([]);
  });

  it('uses existing labels', () => {
    expect(selectors.flatMap(missingLabels)).toEqual([]);
  });

  it('groups by existing labels', () => {
    for (const { labels, of } of groupings) {
      const had = of.flatMap(({ metric }) => labelsOf(metric) ?? []);
      expect(labels.filter((label) => !had.includes(label))).toEqual([]);
    }
  });

  it('selects this service only', () => {
    const open = selectors.filter(({ labels }) => !labels.includes('job') && !labels.includes('deployment'));
    expect(open).toEqual([]);
  });
});

it.each(panels)('the panel $title has a unit and a description', ({ unit, description }) => {
  expect(unit).toEqual(expect.any(String));
  expect(description).toMatch(/\.$/);
});

it('the dashboard shows every metric of the service', () => {
  const shown = panels.flatMap(({ queries }) => queries.flatMap((query) => parseQuery(query).selectors));
  const names = shown.map(({ metric }) => metric.replace(/_(bucket|count|sum)$/, ''));
  expect(Object.values(metrics).filter(({ name }) => !names.includes(name))).toEqual([]);
});

it.each([
  ['an unknown metric', 'sum(kubernaut_made_up_total{job="x"})', ['kubernaut_made_up_total']],
  ['a histogram by its bare name', 'http_server_request_duration_seconds', ['http_server_request_duration_seconds']],
])('%s is detected', (_case, query, unknown) => {
  const { selectors } = parseQuery(query);
  expect(selectors.map(({ metric }) => metric).filter((metric) => labelsOf(metric) === undefined)).toEqual(unknown);
});

it('an unknown label and invalid PromQL are detected', () => {
  expect(parseQuery('up{phase="Pending"}').selectors.flatMap(missingLabels)).toEqual(['phase']);
  expect(() => parseQuery('sum by (rate(up[5m])')).toThrow(SyntaxError);
});
