import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { alerts } from './rules.ts';

const directory = new URL('../../docs/runbooks/', import.meta.url);
const pages = readdirSync(directory).filter((name) => name !== 'README.md');
const page = (name: string) => readFileSync(new URL(name, directory), 'utf8');

it('every page belongs to an alert', () => {
  expect(pages.toSorted()).toEqual(alerts.map(({ name }) => `${name}.md`).toSorted());
});

it('the list of pages is complete', () => {
  const listed = [...page('README.md').matchAll(/^\| \[(\w+)\]\(\1\.md\) +\| (\w+) /gm)];
  expect(listed.map(([, name, severity]) => ({ name, severity }))).toEqual(
    alerts.map(({ name, severity }) => ({ name, severity })),
  );
});

describe.each(alerts)('$name', ({ name, severity, summary, description, runbook }) => {
  it('links its page, which has all sections', () => {
    expect(runbook).toBe(`docs/runbooks/${name}.md`);
    const headings = [...page(`${name}.md`).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([name, 'Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
  });

  it('states its severity, the problem and the first step', () => {
    expect(['critical', 'warning']).toContain(severity);
    expect(summary).toMatch(/\.$/);
    expect(description.split('. ').length).toBeGreaterThan(1);
  });
});
