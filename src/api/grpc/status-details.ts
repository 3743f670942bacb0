import { Metadata } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';
import type { Any } from '../generated/google/protobuf/any.ts';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  ResourceInfo,
  RetryInfo,
} from '../generated/google/rpc/error_details.ts';
import { Status } from '../generated/google/rpc/status.ts';
import { truncate } from '../../workflow-execution/text.ts';
import { summaryOf } from '../errors/api-error.ts';
import type { ApiError, FieldViolation } from '../errors/api-error.ts';
import { errorDomain, errorReason, errorTable } from '../errors/error-table.ts';
import { toGrpcField } from './field-path.ts';

/** The trailer with the google.rpc.Status. */
export const statusDetailsKey = 'grpc-status-details-bin';

/**
 * Sizes in bytes. Clients accept 8 KiB of trailers by default (grpc-java, Envoy) and close the connection if there are more.
 * Details are sent in Base64, which takes a third more.
 */
const maxBytes = { message: 1_024, details: 4_096 } as const;

/** The gRPC status of an error with the details of https://google.aip.dev/193. */
export function toGrpcStatus(error: ApiError): StatusObject {
  const code = errorTable[error.code].grpc;
  const message =
    error.details.violations === undefined
      ? fitting(error.message, maxBytes.message)
      : summaryOf(error.details, toGrpcField, (text) => fitting(text, maxBytes.message - 32));
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, encodedDetails(code, message, error));
  return { code, details: message, metadata };
}

/** Truncates a text to a number of bytes when percent-encoded, as in a trailer. */
function fitting(text: string, bytes: number): string {
  let fit = truncate(text.toWellFormed(), bytes);
  while (encodeURI(fit).length > bytes) fit = truncate(fit, Math.floor(fit.length * 0.9));
  return fit;
}

/** A google.rpc.Status with as many violations as fit. */
function encodedDetails(code: number, message: string, error: ApiError): Buffer {
  const violations = error.details.violations ?? [];
  for (let shown = violations.length; ; shown--) {
    const details = detailsOf(error, message, violations.slice(0, shown));
    const bytes = Status.encode({ code, message, details }).finish();
    if (bytes.length <= maxBytes.details || shown === 0) return Buffer.from(bytes);
  }
}

function detailsOf({ code, details }: ApiError, message: string, shown: readonly FieldViolation[]): Any[] {
  const { violations, violationCount = violations?.length ?? 0, resource, precondition, retryAfterMs } = details;
  const metadata: ErrorInfo['metadata'] =
    violationCount > shown.length ? { violationCount: String(violationCount) } : {};
  return [
    detail('ErrorInfo', ErrorInfo.encode({ reason: errorReason(code), domain: errorDomain, metadata }).finish()),
    ...(violations === undefined ? [] : [badRequest(shown)]),
    ...(resource === undefined ? [] : [resourceInfo(resource, message)]),
    ...(precondition === undefined
      ? []
      : [detail('PreconditionFailure', PreconditionFailure.encode({ violations: [precondition] }).finish())]),
    ...(retryAfterMs === undefined ? [] : [retryInfo(retryAfterMs)]),
  ];
}

function badRequest(violations: readonly FieldViolation[]): Any {
  const fieldViolations = violations.map(({ path, message }) => ({ field: toGrpcField(path), description: message }));
  return detail('BadRequest', BadRequest.encode({ fieldViolations }).finish());
}

function resourceInfo({ type, name }: { type: string; name: string }, description: string): Any {
  const info = ResourceInfo.encode({ resourceType: type, resourceName: name, owner: '', description });
  return detail('ResourceInfo', info.finish());
}

function retryInfo(ms: number): Any {
  const retryDelay = { seconds: Math.floor(ms / 1_000), nanos: Math.round((ms % 1_000) * 1_000_000) };
  return detail('RetryInfo', RetryInfo.encode({ retryDelay }).finish());
}

function detail(name: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) };
}
