import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { metrics } from '../../src/metrics/metrics.ts';
import type { Metric } from '../../src/metrics/metric.ts';

const page = new URL('../../docs/metrics.md', import.meta.url);
const place = /(?<=<!-- metrics: .* -->\n)[^]*?(?=<!-- \/metrics -->)/;

/** docs/metrics.md with its table generated from the registered metrics. */
export async function generateMetrics(): Promise<string> {
  const rows = Object.values<Metric>(metrics).map(
    ({ name, type, labelNames, help }) =>
      `| \`${name}\` | ${type} | ${labelNames.map(code).join(', ')} | ${help.replaceAll(/<\w+>/g, code)} |`,
  );
  const table = ['', '| metric | type | labels | |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n');
  return format(
    readFileSync(page, 'utf8').replace(place, () => table),
    { parser: 'markdown', printWidth: 120 },
  );
}

function code(text: string): string {
  return `\`${text}\``;
}
