/**
 * Draws the output of the demo as a terminal: `npm run demo -- --once | node demo/picture.ts > docs/demo.svg`.
 */
import { text } from 'node:stream/consumers';

/** Size of a character, in pixels. */
const character = { width: 7.2, height: 17 } as const;
const columns = 132;

const phaseColors: Readonly<Record<string, string>> = { Completed: '#3fb950', Failed: '#f85149', Skipped: '#d29922' };

/** The lines from the first execution to the list of outcomes, each cut to the width of the terminal. */
export function shownLines(output: string): string[] {
  const lines = output.split('\n');
  const first = lines.findIndex((line) => line.includes('submits an execution'));
  const last = lines.findIndex((line) => line.startsWith('What data storage has recorded'));
  if (first < 0 || last < first) throw new Error('this is not the output of the demo');
  return lines
    .slice(first, last)
    .map((line) => line.trimEnd())
    .map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
}

/** An SVG image of a terminal with these lines. */
export function picture(lines: readonly string[]): string {
  const [width, height] = [columns * character.width + 32, lines.length * character.height + 32];
  const rows = lines.map((line, row) => {
    const phase = Object.keys(phaseColors).find((name) => new RegExp(`^ .*\\b${name}\\b`).test(line));
    const color = phase === undefined ? '' : ` fill="${phaseColors[phase]}"`;
    return `<text x="16" y="${26 + row * character.height}" xml:space="preserve"${color}>${escapeXml(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="12">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g fill="#c9d1d9">`,
    ...rows,
    '</g></svg>\n',
  ].join('\n');
}

function escapeXml(line: string): string {
  return line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

if (import.meta.main) process.stdout.write(picture(shownLines(await text(process.stdin))));
