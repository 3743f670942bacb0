import { readFileSync } from 'node:fs';
import { arrayOf, parseJson, recordOf, stringOf } from '../../src/kubernetes/json.ts';

/** A panel of the shipped dashboard. */
export interface DashboardPanel {
  readonly title: string;
  readonly description: string | undefined;
  readonly unit: string | undefined;
  readonly queries: readonly string[];
}

const file = new URL('../../deploy/components/monitoring/dashboard.json', import.meta.url);

/** All panels except headings. */
export const panels: readonly DashboardPanel[] = arrayOf(recordOf(parseJson(readFileSync(file, 'utf8')))['panels'])
  .map(recordOf)
  .filter(({ type }) => type !== 'row')
  .map(({ title, description, fieldConfig, targets }) => ({
    title: stringOf(title) ?? '',
    description: stringOf(description),
    unit: stringOf(recordOf(recordOf(fieldConfig)['defaults'])['unit']),
    queries: arrayOf(targets).map((target) => stringOf(recordOf(target)['expr']) ?? ''),
  }));
