import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { startServedApi, type ServedApi } from './served-api.ts';
import { copyPrograms, pythonTools, run } from './tools.ts';

// Installing it, the first time on a machine, and about 1,000 requests.
jest.setTimeout(300_000);

describe('the OpenAPI document', () => {
  let api: ServedApi;

  beforeAll(async () => {
    api = await startServedApi();
  });

  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it('matches the service, according to schemathesis', async () => {
    const [cwd, path] = [await copyPrograms('python', api.directory), await pythonTools()];
    const env = { ...api.variables(await api.newNamespace()), PYTHONPATH: cwd, NO_COLOR: '1' };
    const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'openapi.json');
    const options = ['--config-file', 'schemathesis.toml', 'run', file];
    const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));

    const report = await run(join(path, 'schemathesis'), options, { cwd, env });

    expect(report).toMatch(new RegExp(`Tested: ${operations.length}\\b`));
  });
});
