import { stringify } from 'yaml';
import type { Conditional } from './condition.ts';
import type { Expression, Node, Scalar } from './node.ts';

/** Marks a template action inside of a string; {@link emit} turns it into `{{ … }}`. */
export function action(text: string): string {
  return `${opening}${text}${closing}`;
}

// Characters for private use, which no manifest contains and YAML leaves unquoted.
const opening = '\uE000';
const closing = '\uE001';

/** The Helm template of a node that is a map. */
export function emit(node: Node): string {
  return `${linesOf(node).join('\n')}\n`;
}

/** A template whose content is kept under a condition. */
export function emitConditional({ when, value }: Conditional<Node>): string {
  const text = emit(value);
  return when === undefined ? text : `{{- if ${when} }}\n${text}{{- end }}\n`;
}

function linesOf(node: Node): string[] {
  switch (node.type) {
    case 'map':
      return guarded([...node.entries].map(([key, { when, value }]) => ({ when, value: entryLines(key, value) })));
    case 'list':
      return guarded(node.items.map(({ when, value }) => ({ when, value: itemLines(value) })));
    default:
      return [inline(node)];
  }
}

/** Lines between the actions of their condition; neighbours with the same one share it. */
function guarded(parts: readonly Conditional<readonly string[]>[]): string[] {
  return parts.flatMap(({ when, value }, index) => [
    ...(when !== undefined && parts[index - 1]?.when !== when ? [`{{- if ${when} }}`] : []),
    ...value,
    ...(when !== undefined && parts[index + 1]?.when !== when ? ['{{- end }}'] : []),
  ]);
}

function entryLines(key: string, node: Node): string[] {
  const name = stringify(key).trim();
  if (node.type === 'scalar') return escaped(stringify({ [key]: node.value }, { lineWidth: 0 }).trimEnd()).split('\n');
  if (node.type === 'expression') return [`${name}:${expression(node.value)}`];
  if (node.type === 'choice') {
    if (!isBlock(node)) return [`${name}: ${inline(node)}`];
    return [
      ...node.cases.flatMap(({ when, value }, index) => [
        `{{- ${index === 0 ? 'if' : 'else if'} ${when} }}`,
        ...entryLines(key, value),
      ]),
      '{{- else }}',
      ...entryLines(key, node.otherwise),
      '{{- end }}',
    ];
  }
  if (isEmpty(node)) return [`${name}: ${node.type === 'map' ? '{}' : '[]'}`];
  return [`${name}:`, ...indented(linesOf(node))];
}

function itemLines(node: Node): string[] {
  if (node.type !== 'map' || isEmpty(node)) return [`- ${node.type === 'map' ? '{}' : inline(node)}`];
  // The dash needs an entry that is always there.
  const entries = [...node.entries];
  const first = entries.findIndex(([, { when, value }]) => when === undefined && !isBlock(value));
  if (first === -1) return ['-', ...indented(linesOf(node))];
  const ordered = [...entries.slice(first, first + 1), ...entries.toSpliced(first, 1)];
  const [dashed = '', ...rest] = linesOf({ type: 'map', entries: new Map(ordered) });
  return [`- ${dashed}`, ...indented(rest)];
}

/** Whether a node is a choice that takes several lines, the first of which is an action. */
function isBlock(node: Node): boolean {
  if (node.type !== 'choice') return false;
  return [node.otherwise, ...node.cases.map(({ value }) => value)].some(({ type }) => type !== 'scalar');
}

function inline(node: Node): string {
  switch (node.type) {
    case 'scalar':
      return scalar(node.value);
    case 'expression':
      return expression(node.value).trim();
    case 'choice': {
      const cases = node.cases.map(
        ({ when, value }, index) => `{{ ${index === 0 ? 'if' : 'else if'} ${when} }}${inline(value)}`,
      );
      return `${cases.join('')}{{ else }}${inline(node.otherwise)}{{ end }}`;
    }
    default:
      throw new TypeError(`a ${node.type} cannot be written in one line`);
  }
}

function expression({ text, block }: Expression): string {
  // Indented by the lines that contain it; see indented().
  return block ? `\n  {{- ${text} | nindent 2 }}` : ` {{ ${text} }}`;
}

function scalar(value: Scalar): string {
  const text = stringify(value, { lineWidth: 0, blockQuote: false }).trim();
  return escaped(text);
}

/** Braces of the text itself are written as strings of the template language; marked actions become actions. */
function escaped(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}').replaceAll(opening, '{{ ').replaceAll(closing, ' }}');
}

function indented(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) => (line === '' ? line : `  ${line}`))
    .map((line) => line.replace(/\| nindent (\d+) }}$/, (_, width: string) => `| nindent ${Number(width) + 2} }}`));
}

function isEmpty(node: Node): boolean {
  return (node.type === 'map' && node.entries.size === 0) || (node.type === 'list' && node.items.length === 0);
}
