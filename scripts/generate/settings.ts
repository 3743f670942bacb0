import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { settings } from '../../src/config/settings.ts';

const page = new URL('../../docs/operations.md', import.meta.url);
const place = /(?<=<!-- settings: .* -->\n)[^]*?(?=<!-- \/settings -->)/;

/** The operations page with its table of settings made anew from the list that the service itself reads. */
export async function generateSettings(): Promise<string> {
  const rows = Object.values(settings).map(
    ({ variable, default: default_, rule, description }) =>
      `| \`${variable}\` | ${default_ === '' ? '' : `\`${default_}\``} | ${rule.allowed} | ${description} |`,
  );
  const table = ['', '| variable | default | allowed | |', '| --- | --- | --- | --- |', ...rows, '', ''].join('\n');
  return format(readFileSync(page, 'utf8').replace(place, table), { parser: 'markdown', printWidth: 120 });
}
