import type { Answer, ApiCaller, SeenExecution } from './api-caller.ts';
import type { RunningApi } from './running-api.ts';

/** Calls over REST, with fetch. */
export function restCaller(api: RunningApi): ApiCaller {
  const address = (namespace: string) => `${api.url}/api/v1/namespaces/${namespace}/workflowexecutions`;
  return {
    transport: 'REST',
    create: async (namespace, { name, labels, spec }) => {
      const body = JSON.stringify({ metadata: { name, labels }, spec });
      const headers = { 'content-type': 'application/json' };
      return restAnswer(await fetch(address(namespace), { method: 'POST', headers, body }), seenResource);
    },
    get: async (namespace, name) => restAnswer(await fetch(`${address(namespace)}/${name}`), seenResource),
    list: async (namespace, size, token) => {
      const query = new URLSearchParams({
        ...(size === undefined ? {} : { limit: String(size) }),
        ...(token === undefined ? {} : { continue: token }),
      });
      return restAnswer(await fetch(`${address(namespace)}?${query.toString()}`), ({ items, metadata }) => ({
        items: items.map(seenResource),
        next: metadata.continue ?? '',
      }));
    },
  };
}

// What comes over HTTP is read as the tests expect it; where it is another thing, they fail.
/* eslint-disable @typescript-eslint/consistent-type-assertions -- see above */
async function restAnswer<S>(response: Response, see: (body: RestBody) => S): Promise<Answer<S>> {
  if (response.ok) return { ok: see((await response.json()) as RestBody) };
  const problem = (await response.json()) as {
    type: string;
    detail: string;
    errors?: { field: string; message: string }[];
  };
  const kind = (problem.type.split(':').at(-1) ?? '').toUpperCase().replaceAll('-', '_');
  const rules = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? NaN);
  return { error: { kind, rules, text: problem.detail, retryAfterSeconds } };
}
/* eslint-enable @typescript-eslint/consistent-type-assertions */

interface RestBody {
  metadata: { namespace: string; name: string; uid: string; labels?: Record<string, string>; continue?: string };
  spec: { targetResource: string; executionConfig: { serviceAccountName: string } };
  items: RestBody[];
}

function seenResource({ metadata, spec }: RestBody): SeenExecution {
  const { namespace, name, uid, labels = {} } = metadata;
  const { targetResource, executionConfig } = spec;
  return {
    ...{ namespace, name, uid, labels, targetResource },
    serviceAccountName: executionConfig.serviceAccountName,
  };
}
