/** A body that Swagger UI offers: with an image and a target of one's own it can be sent as it is. */
export const createExample = {
  metadata: { labels: { team: 'payment' } },
  spec: {
    remediationRequestRef: { name: 'rr-pod-crash-f8a3b9c2' },
    workflowRef: {
      workflowId: 'oomkill-increase-memory',
      version: '1.0.0',
      containerImage: 'quay.io/kubernaut/oomkill:v1.0.0',
    },
    targetResource: 'payment/deployment/payment-api',
    parameters: { NAMESPACE: 'payment', MEMORY_LIMIT: '512Mi' },
    confidence: 0.92,
    rationale: 'The container was killed three times within ten minutes at its memory limit.',
    executionConfig: { timeout: '10m' },
  },
} as const;
