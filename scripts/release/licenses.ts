import type { LicenseText } from './contents.ts';

const line = '='.repeat(80);

/** One text of all licenses; a text that several packages share appears once. */
export function licensesFile(texts: readonly LicenseText[]): string {
  const groups = Map.groupBy(texts, ({ text }) => text.trim());
  const sections = [...groups].map(([text, members]) => {
    const names = [...new Set(members.map(({ of }) => of))].join('\n');
    return `${line}\n${names}\n${line}\n\n${text}\n`;
  });
  return `Licenses of the software in the image of the WorkflowExecution service.\n\n${sections.join('\n')}`;
}
