import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'logging.md'), 'utf8');

/** A call of a logger, and everything up to its end; levels as pino and Nest name them. */
const call = /\b(?:log|logger|#log)\.(?<level>info|warn|error|log)\((?<rest>[^]*?)\);/g;

/** The message is the property `msg`, or the last argument. */
const message = /msg: '(?<property>[^']+)'|'(?<argument>[^']+)',?\s*$/;

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(spec|builders)\.ts$/.test(file))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'));

const lines = sources.flatMap((source) =>
  [...source.matchAll(call)].flatMap(({ groups }) => {
    const found = message.exec(groups?.['rest'] ?? '')?.groups;
    const text = found?.['property'] ?? found?.['argument'];
    const level = groups?.['level'] === 'log' ? 'info' : groups?.['level'];
    return text === undefined ? [] : [[level, text] as const];
  }),
);

it('the log has the lines that this test expects', () => {
  expect(lines.length).toBeGreaterThan(20);
});

it.each(lines)('%s "%s" is in the table of docs/logging.md', (level, text) => {
  const row = page.split('\n').find((line) => line.includes(`| \`${text}\``));
  expect(row).toMatch(new RegExp(`^\\| ${level} `));
});

const runbooks = join(root, 'docs', 'runbooks');
const searches = readdirSync(runbooks).flatMap((name) => {
  const text = readFileSync(join(runbooks, name), 'utf8');
  return [...text.matchAll(/grep '(?<words>[a-z ]+)'/g)].map(({ groups }) => [name, groups?.['words'] ?? ''] as const);
});

it.each(searches)('%s searches the log for "%s", which is in a message of docs/logging.md', (_name, words) => {
  expect(page).toMatch(new RegExp(`^\\|.*\`[^\`]*${words}`, 'm'));
});
