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

  it('asks for metrics that there are', () => {
    expect(selectors.map(({ metric }) => metric).filter((metric) => labelsOf(metric) === undefined)).toEqual([]);
  });

  it('asks for labels that they have', () => {
    expect(selectors.flatMap(missingLabels)).toEqual([]);
  });

  it('groups by labels that they have', () => {
    for (const { labels, of } of groupings) {
      const had = of.flatMap(({ metric }) => labelsOf(metric) ?? []);
      expect(labels.filter((label) => !had.includes(label))).toEqual([]);
    }
  });

  it('asks for this service and no other', () => {
    const open = selectors.filter(({ labels }) => !labels.includes('job') && !labels.includes('deployment'));
    expect(open).toEqual([]);
  });
});

it.each(panels)('the panel $title has a unit and says what is seen', ({ unit, description }) => {
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
])('%s would be noticed', (_case, query, unknown) => {
  const { selectors } = parseQuery(query);
  expect(selectors.map(({ metric }) => metric).filter((metric) => labelsOf(metric) === undefined)).toEqual(unknown);
});

it('a label that a metric does not have, and text that is no PromQL, would be noticed', () => {
  expect(parseQuery('up{phase="Pending"}').selectors.flatMap(missingLabels)).toEqual(['phase']);
  expect(() => parseQuery('sum by (rate(up[5m])')).toThrow(SyntaxError);
});
