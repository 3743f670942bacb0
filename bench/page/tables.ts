/** A Markdown table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Replaces the text between `<!-- NAME: generated … -->` and `<!-- /NAME -->` in a page. */
export function replaceTables(text: string, tables: Readonly<Record<string, string>>): string {
  return text.replace(
    /(<!-- (\w+): generated .* -->\n)[^]*?(<!-- \/\2 -->)/g,
    (_all, head: string, name: string, end: string) => `${head}\n${tables[name] ?? ''}\n\n${end}`,
  );
}
