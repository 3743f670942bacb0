import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const file = 'kubernaut/workflowexecution/v1/workflow_execution.proto';

describe('the check of changes to the contract', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'workflow-execution-proto-'));
    for (const part of ['buf.yaml', 'proto']) await cp(join(root, part), join(directory, part), { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** buf's complaint about a change, by the rules of `buf.yaml`; empty if it breaks no client. */
  const complaint = async (from: string, to: string): Promise<string> => {
    const path = join(directory, 'proto', file);
    const before = await readFile(path, 'utf8');
    expect(before).toContain(from);
    await writeFile(path, before.replace(from, to));
    const buf = promisify(execFile)(join(root, 'node_modules/.bin/buf'), [
      'breaking',
      directory,
      '--against',
      join(root, 'proto/released.binpb'),
    ]);
    return buf.then(
      () => '',
      (error: { stdout?: string }) => error.stdout ?? 'buf could not be run',
    );
  };

  it('allows a new field', async () => {
    expect(await complaint('bool validate_only = 5;', 'bool validate_only = 5;\n  string more = 6;')).toBe('');
  });

  it.each([
    ['renumbered', 'string request_id = 4;', 'string request_id = 14;', '"request_id"'],
    ['of another type', 'int32 page_size = 2;', 'string page_size = 2;', '"page_size"'],
    ['without a method', 'rpc DeleteWorkflowExecution(', 'rpc RemoveWorkflowExecution(', '"DeleteWorkflowExecution"'],
  ])('refuses a field %s', async (_, from, to, named) => {
    expect(await complaint(from, to)).toContain(named);
  });
});
