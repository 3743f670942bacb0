import type { ApiServer } from '../load/api-server.ts';

const webhooks = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'];

/** Makes the creation of PipelineRuns three times as fast for setup. Irreversible: only on an exclusive cluster. */
export async function removeTektonsWebhooks(api: ApiServer): Promise<void> {
  for (const plural of webhooks) await api.must('DELETE', `/apis/admissionregistration.k8s.io/v1/${plural}`);
}
