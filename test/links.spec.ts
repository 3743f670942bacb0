import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const pages = globSync('**/*.md', { cwd: root, exclude: (name) => name === 'node_modules' }).toSorted();

it.each(pages)('every relative link in %s has a target', (page) => {
  const targets = [
    ...withoutCode(page)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\((?!\w+:)(?<target>[^)\s]+)\)/g),
  ];
  expect(targets.map(({ groups }) => groups?.['target'] ?? '').filter((target) => !exists(page, target))).toEqual([]);
});

function exists(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor);
}

/** As GitHub derives them from headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(page: string): string {
  return readFileSync(join(root, page), 'utf8').replace(/^```[^]*?^```$/gm, '');
}

it('every path that CONTRIBUTING.md names exists', () => {
  const named = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(
    /`(?<path>(?:bench|clients|crds|demo|deploy|docs|examples|proto|scripts|src|test)\/[^`*\s]*)`/g,
  );
  const paths = [...named].map(({ groups }) => groups?.['path'] ?? '');

  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(paths.length).toBeGreaterThan(50);
});

it('every name that CONTRIBUTING.md places in a file is there', () => {
  const placed = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(
    /`(?<name>[A-Za-z]\w+)`\s+in\s+`(?<path>\w+\/[^`*\s]*\.\w+)`/g,
  );
  const places = [...placed].map(({ groups }) => ({ name: groups?.['name'] ?? '', path: groups?.['path'] ?? '' }));

  expect(places.filter(({ name, path }) => !readFileSync(join(root, path), 'utf8').includes(name))).toEqual([]);
  expect(places.length).toBeGreaterThan(1);
});
