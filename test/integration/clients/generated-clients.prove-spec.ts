import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseJson } from '../../../src/kubernetes/json.ts';
import { findGo } from '../../cluster/toolchain.ts';
import { startServedApi, type ServedApi } from './served-api.ts';
import { copyPrograms, pythonTools, run } from './tools.ts';

// Installing and compiling, the first time on a machine.
jest.setTimeout(300_000);

const root = join(import.meta.dirname, '..', '..', '..');
/** As the service serves it (`rest.int-spec.ts`). */
const document = join(root, 'docs', 'openapi.json');
const proto = join(root, 'proto');

/** The output of every program for its calls: validateOnly, three creates, get, list in pages of two, cancel, delete, get. */
const result = {
  validated: 'validated',
  isStored: false,
  read: { labels: { team: 'payment' }, parameters: { MEMORY_LIMIT: '512Mi' }, confidence: 0.92 },
  pages: [2, 1],
  listed: ['one', 'three', 'two'],
  isCancelled: true,
  isDeleted: true,
};
const restResult = { ...result, error: 'urn:kubernaut:workflowexecution:problem:not-found' };

describe('a generated client', () => {
  let api: ServedApi;

  beforeAll(async () => {
    api = await startServedApi();
  });

  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  /** Runs a program, and reads the line that it prints. */
  async function resultOf(command: string, args: readonly string[], cwd: string): Promise<unknown> {
    return parseJson(await run(command, args, { cwd, env: api.variables(await api.newNamespace()) }));
  }

  it('of openapi-typescript compiles, and works over REST', async () => {
    const cwd = await copyPrograms('typescript', api.directory);
    await run('npm', ['ci', '--ignore-scripts'], { cwd });
    await run('node_modules/.bin/openapi-typescript', [document, '--output', 'generated/schema.ts'], { cwd });
    await run('node_modules/.bin/tsc', ['--project', '.'], { cwd });

    expect(await resultOf('node', ['main.ts'], cwd)).toMatchObject(restResult);
  });

  it('of openapi-python-client is complete, and works over REST', async () => {
    const [cwd, path] = [await copyPrograms('python', api.directory), await pythonTools()];
    const options = ['--output-path', 'generated', '--overwrite', '--meta=none', '--fail-on-warning'];
    await run(join(path, 'openapi-python-client'), ['generate', '--path', document, ...options], { cwd, path });

    expect(await resultOf(join(path, 'python'), ['main.py'], cwd)).toMatchObject(restResult);
  });

  describe('for Go', () => {
    let cwd: string;
    let go: string;

    beforeAll(async () => {
      go = (await findGo()).command;
      cwd = await copyPrograms('go', api.directory);
    });

    it('of oapi-codegen compiles, and works over REST', async () => {
      await mkdir(join(cwd, 'generated', 'rest'));
      const options = ['-generate=types,client', '-package=rest', '-o=generated/rest/rest.go'];
      await run(go, ['tool', 'oapi-codegen', ...options, document], { cwd });
      await run(go, ['build', '-o', 'rest-client', './rest'], { cwd });

      expect(await resultOf('./rest-client', [], cwd)).toMatchObject(restResult);
    });

    it('of protoc-gen-go and protoc-gen-go-grpc compiles, and works over gRPC', async () => {
      await run('buf', ['generate', proto, '--path', join(proto, 'kubernaut')], { cwd });
      await run(go, ['build', '-o', 'grpc-client', './grpc'], { cwd });

      expect(await resultOf('./grpc-client', [], cwd)).toMatchObject({ ...result, error: 'NOT_FOUND' });
    });
  });
});
