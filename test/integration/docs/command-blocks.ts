import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '..', '..', '..', 'docs');

/** The runner of a block of commands: the test of the pages, another test, or only the reader. */
export type Runner =
  | { readonly kind: 'run' }
  | { readonly kind: 'tested-by'; readonly path: string }
  | { readonly kind: 'yours' }
  | { readonly kind: 'nobody' };

/** A block of commands of a page. */
export interface CommandBlock {
  /** `PAGE:LINE` of its beginning. */
  readonly place: string;
  readonly page: string;
  readonly commands: string;
  readonly runner: Runner;
}

/** Every block of commands in docs/ and its folders, in order. */
export async function commandBlocks(): Promise<readonly CommandBlock[]> {
  const pages = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith('.md')).toSorted();
  const blocks = await Promise.all(pages.map(async (page) => blocksOf(page, await readFile(join(docs, page), 'utf8'))));
  return blocks.flat();
}

/** The blocks of a page that are fenced as `sh`, with the runner from the info string. */
export function blocksOf(page: string, text: string): readonly CommandBlock[] {
  const fences = text.matchAll(/^```sh(?<mark>[^\n]*)\n(?<commands>[^]*?)^```$/gm);
  return [...fences].map(({ index, groups }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    page,
    commands: groups?.['commands'] ?? '',
    runner: runnerOf(groups?.['mark']?.trim() ?? ''),
  }));
}

function runnerOf(mark: string): Runner {
  if (mark === 'run' || mark === 'yours') return { kind: mark };
  const path = /^tested-by=(?<path>\S+)$/.exec(mark)?.groups?.['path'];
  return path === undefined ? { kind: 'nobody' } : { kind: 'tested-by', path };
}
