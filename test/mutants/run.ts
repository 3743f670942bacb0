// Mutation testing of the decision code with its unit specs: `node test/mutants/run.ts [FILE...]`. Fails if fewer than 95 % of
// the mutants that are not listed as equivalent are killed.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { decisionCode } from './decision-code.ts';
import { equivalentMutants } from './equivalent.ts';
import { oneLine, percentOf, scoreOf, type TestedMutant } from './score.ts';
import { textIgnorer } from './text-ignorer.ts';

const leastPercent = 95;
const here = import.meta.dirname;
const root = join(here, '../..');
process.chdir(root);

const files = process.argv.slice(2);
const results = await new Stryker({
  plugins: [join(here, 'circus-runner.ts'), textIgnorer.file],
  testRunner: 'circus',
  testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning'],
  ignorers: [textIgnorer.name],
  mutate: files.length > 0 ? files : [...decisionCode],
  coverageAnalysis: 'perTest',
  tempDirName: 'node_modules/.cache/mutants',
  concurrency: 2,
  maxTestRunnerReuse: 300,
  timeoutMS: 60_000,
  reporters: ['progress-append-only'],
  allowConsoleColors: false,
  ignorePatterns: [
    'bench*',
    'coverage',
    'demo',
    'deploy',
    'dist',
    'examples',
    'proto',
    'scripts',
    'test*',
    '*-results',
  ],
}).runMutationTest();

const score = scoreOf(results.map(testedMutant), equivalentMutants);
console.log(`\n${'score'.padStart(7)} ${'killed'.padStart(7)} ${'alive'.padStart(6)} ${'equivalent'.padStart(11)}`);
for (const { file, killed, survived, equivalent } of score.files) {
  const percent = percentOf(killed, survived).toFixed(1).padStart(5);
  console.log(`${percent} % ${cell(killed, 7)} ${cell(survived, 6)} ${cell(equivalent, 11)}  ${file}`);
}
for (const mutant of score.survivors) {
  const { file, line, column, mutator, code, original, replacement, status } = mutant;
  console.log(`\n${status}: ${file}:${line}:${column} ${mutator}\n    ${code}\n  - ${original}\n  + ${replacement}`);
}
for (const { file, code, original, replacement } of score.outdated) {
  console.log(`\nListed as equivalent, but not alive: ${file}\n    ${code}\n  - ${original}\n  + ${replacement}`);
}
const killed = score.files.reduce((sum, file) => sum + file.killed, 0);
const equivalent = score.files.reduce((sum, file) => sum + file.equivalent, 0);
console.log(
  `\n${score.percent.toFixed(1)} % of the mutants are killed (${killed} killed, ${score.survivors.length} alive, ` +
    `${equivalent} equivalent); at least ${leastPercent} % are required.`,
);
process.exitCode = score.percent < leastPercent ? 1 : 0;

function testedMutant({ fileName, location, mutatorName, replacement = '', status }: MutantResult): TestedMutant {
  const { start, end } = location;
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const [first = ''] = lines;
  const last = lines.pop() ?? '';
  const text = [...lines, last.slice(0, end.column - 1)].join('\n').slice(start.column - 1);
  return {
    file: relative(root, fileName),
    line: start.line,
    column: start.column,
    mutator: mutatorName,
    code: oneLine(first),
    original: oneLine(text),
    replacement: oneLine(replacement),
    status,
  };
}

function cell(value: number, width: number): string {
  return value.toString().padStart(width);
}
