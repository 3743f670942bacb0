import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buf } from './proto.ts';

const root = join(import.meta.dirname, '..', '..');
const directory = 'clients/go/proto';
const contract = 'kubernaut/workflowexecution/v1/workflow_execution';

/** What the stubs depend on: the contract, the plugins and their versions. */
const sources = [`proto/${contract}.proto`, 'clients/go/buf.gen.yaml', 'clients/go/tools/go.mod'];

/** A line of the stubs has a hash of their sources, so that only their generation needs Go, not the check. */
const mark = /^\/\/ sources: sha256 (?<hash>\w+)\n/m;

/**
 * The messages and stubs of the Go client, generated if their sources have changed.
 *
 * @returns the files by path; in a check those that are stale without their content
 * @throws Error if they have changed and Go is missing
 */
export function generateGoStubs(options: {
  readonly check: boolean;
  readonly always?: boolean;
}): Record<string, string> {
  const paths = [`${directory}/${contract}.pb.go`, `${directory}/${contract}_grpc.pb.go`];
  const hash = hashOf(sources);
  const isFresh = paths.every((path) => mark.exec(read(path))?.groups?.['hash'] === hash);
  if (isFresh && options.always !== true) return Object.fromEntries(paths.map((path) => [path, read(path)]));
  if (options.check) return Object.fromEntries(paths.map((path) => [path, '']));
  const out = mkdtempSync(join(tmpdir(), 'wfe-go-stubs-'));
  try {
    buf('generate', '--template', 'clients/go/buf.gen.yaml', '--output', out);
    return Object.fromEntries(paths.map((path) => [path, marked(readFileSync(join(out, path), 'utf8'), hash)]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

function marked(code: string, hash: string): string {
  return code.replace(/^\/\/ source: .*\n/m, (line) => `${line}// sources: sha256 ${hash}\n`);
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function read(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}
