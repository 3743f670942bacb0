import type { Answer, ApiCaller, SeenExecution, SeenPreflight, SeenTarget } from './api-caller.ts';
import type { ApiClient } from './api-client.ts';

/** Calls over REST, with fetch. */
export function restCaller(api: ApiClient): ApiCaller {
  const fetch = (url: string, init: RequestInit = {}) =>
    globalThis.fetch(url, {
      ...init,
      headers: { ...api.headers, ...(init.body === undefined ? {} : { 'content-type': 'application/json' }) },
    });
  const address = (namespace: string) => `${api.url}/api/v1/namespaces/${namespace}/workflowexecutions`;
  return {
    transport: 'REST',
    create: async (namespace, { requestId, validateOnly, spec, ...metadata }) => {
      const query = queryOf({ requestId, validateOnly });
      const body = JSON.stringify({ metadata, spec });
      const response = await fetch(`${address(namespace)}${query}`, { method: 'POST', body });
      return restAnswer(response, (created) => ({ ...seenResource(created), ...seenOfCreate(created, response) }));
    },
    get: async (namespace, name) => restAnswer(await fetch(`${address(namespace)}/${name}`), seenResource),
    list: async (namespace, wanted = {}) =>
      restAnswer(await fetch(`${address(namespace)}${queryOf({ ...wanted })}`), ({ items, metadata }) => ({
        items: items.map(seenResource),
        next: metadata.continue ?? '',
      })),
    cancel: async (namespace, name, mode) =>
      restAnswer(
        await fetch(`${address(namespace)}/${name}/cancel${queryOf({ mode })}`, { method: 'POST' }),
        seenResource,
      ),
    delete: async (namespace, name, only = {}) =>
      restAnswer(
        await fetch(`${address(namespace)}/${name}${queryOf({ ...only })}`, { method: 'DELETE' }),
        seenResource,
      ),
    target: async (target) => restAnswer(await fetch(`${api.url}/api/v1/targets/${target}`), seenTarget),
  };
}

function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

// Responses are read as the tests expect them; they fail if a response is different.
/* eslint-disable @typescript-eslint/consistent-type-assertions -- see above */
async function restAnswer<S, B = RestBody>(response: Response, see: (body: B) => S): Promise<Answer<S>> {
  if (response.ok) return { ok: see((await response.json()) as B) };
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
  metadata: {
    namespace: string;
    name: string;
    uid: string;
    labels?: Record<string, string>;
    continue?: string;
    resourceVersion?: string;
    deletionTimestamp?: string;
  };
  spec: { targetResource: string; executionConfig: { serviceAccountName: string }; cancelRequested?: boolean };
  items: RestBody[];
  preflight?: Omit<SeenPreflight, 'findings' | 'notCheckedReason' | 'bundleDigest'> & {
    findings: { field: string; message: string; severity: string }[];
  };
}

function seenOfCreate({ preflight }: RestBody, { headers }: Response): Pick<SeenExecution, 'preflight' | 'warnings'> {
  const texts = [...(headers.get('warning') ?? '').matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)];
  return {
    warnings: texts.length === 0 ? undefined : texts.map(([, text = '']) => String(JSON.parse(text))),
    preflight: preflight && {
      notCheckedReason: '',
      bundleDigest: '',
      ...preflight,
      findings: Object.fromEntries(
        preflight.findings.map(({ field, severity, message }) => [field, `${severity}: ${message}`]),
      ),
    },
  };
}

function seenResource({ metadata, spec }: RestBody): SeenExecution {
  const { namespace, name, uid, labels = {}, resourceVersion = '', deletionTimestamp } = metadata;
  const { targetResource, executionConfig, cancelRequested = false } = spec;
  return {
    ...{ namespace, name, uid, labels, targetResource, cancelRequested, resourceVersion },
    serviceAccountName: executionConfig.serviceAccountName,
    isBeingDeleted: deletionTimestamp !== undefined,
  };
}

interface NamedBody {
  namespace: string;
  name: string;
}

interface TargetBody {
  target: string;
  held?: boolean;
  holder?: NamedBody & { phase: string; since?: string };
  cooldowns: (NamedBody & { end: string })[];
  executions: NamedBody[];
}

function seenTarget({ target, held, holder, cooldowns, executions }: TargetBody): SeenTarget {
  const seen = ({ namespace, name }: NamedBody) => `${namespace}/${name}`;
  return {
    ...{ target, held, holder: holder && seen(holder), phase: holder?.phase },
    isSinceKnown: holder?.since !== undefined,
    cooldowns: cooldowns.map((cooldown) => [seen(cooldown), Date.parse(cooldown.end)]),
    executions: executions.map(seen),
  };
}
