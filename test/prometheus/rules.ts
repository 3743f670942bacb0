import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { arrayOf, recordOf, stringOf, type JsonRecord } from '../../src/kubernetes/json.ts';

/** An alert of the shipped PrometheusRule. */
export interface Alert {
  readonly name: string;
  readonly query: string;
  readonly severity: string;
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
}

const file = new URL('../../deploy/components/monitoring/rules.yaml', import.meta.url);

/** Rule groups in Prometheus' format. */
export const rules: JsonRecord = recordOf(recordOf(parse(readFileSync(file, 'utf8')))['spec']);

/** All alerts. */
export const alerts: readonly Alert[] = arrayOf(rules['groups'])
  .flatMap((group) => arrayOf(recordOf(group)['rules']))
  .map(recordOf)
  .map(({ alert, expr, labels, annotations }) => ({
    name: text(alert),
    query: text(expr),
    severity: text(recordOf(labels)['severity']),
    summary: text(recordOf(annotations)['summary']),
    description: text(recordOf(annotations)['description']),
    runbook: text(recordOf(annotations)['runbook_url']),
  }));

function text(value: unknown): string {
  const found = stringOf(value);
  if (found === undefined)
    throw new Error(`${file.pathname} has a rule that lacks something: ${JSON.stringify(value)}`);
  return found;
}
