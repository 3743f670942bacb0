import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import {
  responseBudget,
  requestBudget,
  freeAnonymousCalls,
  grpcLimits,
  keepAliveMs,
  maxPipelinedRequests,
  maxRequestBytes,
  maxViolations,
  anonymousRequestBudget,
  operationsConnections,
  otherStreams,
  pageSizes,
  rateLimits,
} from './limits.ts';

const mib = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
const bucket = ({ burst, refillMs }: { burst: number; refillMs: number }) =>
  `bursts of ${burst.toLocaleString('en')}, ${1_000 / refillMs} per second`;
const grpcSeconds = (name: 'grpc.keepalive_time_ms' | 'grpc.keepalive_timeout_ms') => `${grpcLimits[name] / 1_000} s`;

it.each([
  ['api.md', `**Pages** have ${pageSizes.default} executions by default and at most ${pageSizes.max}`],
  ['api.md', `no change for ${keepAliveMs / 1_000} s`],
  ['api.md', `After ${keepAliveMs / 1_000} s without output`],
  ['api.md', `At most ${maxViolations} invalid fields`],
  ['api.md', mib(maxRequestBytes)],
  ['operations.md', `${operationsConnections.total}; per address ${operationsConnections.perAddress};`],
  ['operations.md', `pinged after ${grpcSeconds('grpc.keepalive_time_ms')}`],
  ['operations.md', `closed ${grpcSeconds('grpc.keepalive_timeout_ms')} later`],
  ['operations.md', `${maxPipelinedRequests} unanswered`],
  ['operations.md', `\`WFE_MAX_STREAMS_PER_CALLER\` + ${otherStreams.perConnection}`],
  ['operations.md', `\`WFE_MAX_STREAMS\` + ${otherStreams.total.toLocaleString('en')}`],
  ['operations.md', `${freeAnonymousCalls} per connection; in all`],
  ['operations.md', bucket(rateLimits.anonymousCalls)],
  ['operations.md', bucket(rateLimits.reviews)],
  ['operations.md', bucket(rateLimits.refusals)],
  ['operations.md', `${mib(requestBudget.total)}, ${mib(requestBudget.perCaller)} per caller`],
  ['operations.md', `health and reflection ${mib(anonymousRequestBudget.total)}`],
  ['operations.md', `${mib(responseBudget.total)}, ${mib(responseBudget.perCaller)} per caller`],
])('docs/%s says: %s', (page, text) => {
  expect(readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')).toContain(text);
});
