// Uses the service through the types of openapi-typescript and the client openapi-fetch.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema.ts';

type Create = components['schemas']['CreateWorkflowExecution'];

const { WFE_URL = '', WFE_TOKEN = '', WFE_CLIENT_NAMESPACE: namespace = '' } = process.env;
const client = createClient<paths>({ baseUrl: WFE_URL, headers: { Authorization: `Bearer ${WFE_TOKEN}` } });
const collection = '/api/v1/namespaces/{namespace}/workflowexecutions';
const item = `${collection}/{name}` as const;

/** The response of a call that must succeed. */
function answerOf<T>({ data, error }: { data?: T; error?: components['schemas']['Problem'] }): T {
  if (data === undefined) throw new Error(error?.detail ?? 'there is no answer');
  return data;
}

function execution(name: string): Create {
  return {
    metadata: { name, labels: { team: 'payment' } },
    spec: {
      remediationRequestRef: { name: 'rr-1' },
      workflowRef: { workflowId: 'restart', version: '1.0.0', containerImage: 'quay.io/kubernaut/restart:v1' },
      targetResource: `${namespace}/deployment/${name}`,
      parameters: { MEMORY_LIMIT: '512Mi' },
      confidence: 0.92,
    },
  };
}

const at = (name: string) => ({ path: { namespace, name } });

const validated = await client.POST(collection, {
  params: { path: { namespace }, query: { validateOnly: true } },
  body: execution('validated'),
});
for (const name of ['one', 'two', 'three']) {
  const params = { path: { namespace }, query: { requestId: `create-${name}` } };
  answerOf(await client.POST(collection, { params, body: execution(name) }));
}
const read = answerOf(await client.GET(item, { params: at('one') }));
const pages: string[][] = [];
let next: string | undefined;
do {
  const query: { limit: number; continue?: string } = { limit: 2, continue: next };
  const page = answerOf(await client.GET(collection, { params: { path: { namespace }, query } }));
  pages.push(page.items.map(({ metadata }) => metadata.name));
  next = page.metadata.continue;
} while (next !== undefined);
const cancelled = answerOf(await client.POST(`${item}/cancel`, { params: at('one') }));
const deleted = answerOf(await client.DELETE(item, { params: at('one') }));
const missing = await client.GET(item, { params: at('missing') });

console.log(
  JSON.stringify({
    validated: answerOf(validated).metadata.name,
    isStored: answerOf(validated).metadata.resourceVersion !== undefined,
    read: { labels: read.metadata.labels, parameters: read.spec.parameters, confidence: read.spec.confidence },
    pages: pages.map((names) => names.length),
    listed: pages.flat().toSorted(),
    isCancelled: cancelled.spec.cancelRequested ?? false,
    isDeleted: deleted.metadata.deletionTimestamp !== undefined,
    error: missing.error?.type,
  }),
);
