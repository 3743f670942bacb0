import { run } from './run.ts';

const root = `${import.meta.dirname}/../..`;

/** The state of the repository that is released. */
export interface Source {
  /** The commit; with `-dirty` if files differ from it. */
  readonly revision: string;
  /**
   * Seconds since 1970: SOURCE_DATE_EPOCH (https://reproducible-builds.org/docs/source-date-epoch/), else of the commit.
   */
  readonly timestamp: number;
}

/** Reads the state of the repository with git. */
export async function readSource(environment: NodeJS.ProcessEnv = process.env): Promise<Source> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: root })).trim();
  const changes = await git('status', '--porcelain');
  const commit = await git('rev-parse', 'HEAD');
  const timestamp = environment['SOURCE_DATE_EPOCH'] ?? (await git('log', '-1', '--format=%ct'));
  return { revision: changes === '' ? commit : `${commit}-dirty`, timestamp: Number(timestamp) };
}
