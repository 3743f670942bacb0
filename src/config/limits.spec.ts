import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parameterBytes } from '../workflow-execution/generated/parameter-rules.ts';
import {
  responseBudget,
  responseTimeoutMs,
  requestBudget,
  requestValues,
  connectionPing,
  freeAnonymousCalls,
  keyUpdates,
  maxLogPartBytes,
  maxPageBytes,
  maxPipelinedRequests,
  maxRequestBytes,
  maxViolations,
  anonymousBudget,
  callBytes,
  maxMetadataBytes,
  maxQueryBytes,
  handshakes,
  anonymousConnections,
  operationsConnections,
  otherStreams,
  pageSizes,
  rateLimits,
  secondsText,
  smallPieces,
  sizeText,
  streamKeepAliveMs,
} from './limits.ts';

const proto = 'proto/kubernaut/workflowexecution/v1/workflow_execution.proto';
const megabytes = (bytes: number) => `${bytes / 1_000_000} MB`;
/** Clients give up a stream after three times its keep-alive. */
const silenceSeconds = (3 * streamKeepAliveMs) / 1_000;
const bucket = ({ burst, refillMs }: { burst: number; refillMs: number }) =>
  `bursts of ${burst.toLocaleString('en')}, ${1_000 / refillMs} per second`;

it.each([
  [
    'docs/api.md',
    `**Pages** have ${pageSizes.default} executions by default and at most ${pageSizes.max.toLocaleString('en')} or ${megabytes(maxPageBytes)}`,
  ],
  ['docs/api.md', `no change for ${secondsText(streamKeepAliveMs)}`],
  ['docs/api.md', `After ${secondsText(streamKeepAliveMs)} without output`],
  ['docs/api.md', `At most ${maxViolations} invalid fields`],
  ['docs/api.md', `a request has at most ${sizeText(maxRequestBytes)}`],
  ['docs/api.md', `${requestValues.values.toLocaleString('en')} fields and values`],
  ['docs/api.md', `larger than ${sizeText(maxRequestBytes)}`],
  ['docs/api.md', `Lines longer than ${sizeText(maxLogPartBytes)}`],
  ['docs/operations.md', `| ${anonymousConnections} each; then`],
  ['docs/operations.md', `${operationsConnections.total}; per address ${operationsConnections.perAddress};`],
  ['docs/operations.md', `pinged after ${secondsText(connectionPing.afterMs)}`],
  ['docs/operations.md', `closed ${secondsText(connectionPing.timeoutMs)} later`],
  ['docs/operations.md', `${maxPipelinedRequests} unanswered`],
  ['docs/operations.md', `\`WFE_MAX_STREAMS_PER_CALLER\` + ${otherStreams.perConnection}`],
  ['docs/operations.md', `\`WFE_MAX_STREAMS\` + ${otherStreams.total.toLocaleString('en')}`],
  ['docs/operations.md', `${freeAnonymousCalls} per connection are free`],
  ['docs/operations.md', bucket(rateLimits.anonymousCalls)],
  ['docs/operations.md', bucket(rateLimits.reviews)],
  ['docs/operations.md', bucket(rateLimits.refusals)],
  ['docs/operations.md', bucket(keyUpdates)],
  ['docs/operations.md', `below ${smallPieces.belowBytes} bytes`],
  ['docs/operations.md', bucket(smallPieces)],
  ['docs/operations.md', `the first ${smallPieces.freePerBody} of a body are free`],
  ['docs/operations.md', `${sizeText(requestBudget.total)}, ${sizeText(requestBudget.perOwner)} per caller`],
  [
    'docs/operations.md',
    `${sizeText(anonymousBudget.total)}, ${sizeText(anonymousBudget.perOwner)} per address: metadata and ${sizeText(callBytes.anonymous)} for health and reflection, ${sizeText(callBytes.unauthenticated)} for others`,
  ],
  ['docs/operations.md', `gRPC request other than a create | ${sizeText(maxQueryBytes)}`],
  ['docs/operations.md', `${handshakes} in progress per port;`],
  ['docs/operations.md', `gRPC metadata | ${sizeText(maxMetadataBytes)}`],
  ['docs/operations.md', `${sizeText(responseBudget.total)}, ${sizeText(responseBudget.perCaller)} per caller`],
  ['docs/operations.md', `after ${secondsText(responseTimeoutMs)} without progress`],
  ['docs/guide.md', `more than ${parameterBytes.max} bytes in all`],
  ['docs/adr/0032-parameters-are-data.md', `more than ${parameterBytes.max} bytes in all`],
  [proto, `0 means ${pageSizes.default}, and more than ${pageSizes.max} means ${pageSizes.max}`],
  [proto, `at most ${megabytes(maxPageBytes)}`],
  [proto, `a message over ${sizeText(maxRequestBytes)}`],
  [proto, `After ${secondsText(streamKeepAliveMs)} without a line`],
  ['clients/go/client/resume.go', `silenceTimeout = ${silenceSeconds} * time.Second`],
  ['clients/go/README.md', `after ${silenceSeconds} s of silence`],
  ['examples/rest/remediate.sh', `read -r -t ${silenceSeconds} `],
  [proto, `Lines over ${sizeText(maxLogPartBytes)}`],
])('%s says: %s', (file, text) => {
  const words = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8').replaceAll(/\s+(\/\/ )?/g, ' ');
  expect(words).toContain(text);
});
