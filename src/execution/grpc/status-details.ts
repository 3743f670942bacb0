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
import { summaryOf } from '../errors/api-error.ts';
import type { ApiError } from '../errors/api-error.ts';
import { errorDomain, errorReason, errorTable } from '../errors/error-table.ts';
import { toGrpcField } from './field-path.ts';

/** Where gRPC carries google.rpc.Status beside its own code and message. */
export const statusDetailsKey = 'grpc-status-details-bin';

/** The error as gRPC answers it: code, message and the details of https://google.aip.dev/193. */
export function toGrpcStatus(error: ApiError): StatusObject {
  const code = errorTable[error.code].grpc;
  const { violations } = error.details;
  const message = violations === undefined ? error.message : summaryOf(violations, toGrpcField);
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, Buffer.from(Status.encode({ code, message, details: detailsOf(error) }).finish()));
  return { code, details: message, metadata };
}

function detailsOf({ code, details, message }: ApiError): Any[] {
  const { violations, resource, precondition, retryAfterMs } = details;
  return [
    detail('ErrorInfo', ErrorInfo.encode({ reason: errorReason(code), domain: errorDomain, metadata: {} }).finish()),
    ...(violations === undefined ? [] : [badRequest(violations)]),
    ...(resource === undefined ? [] : [resourceInfo(resource, message)]),
    ...(precondition === undefined
      ? []
      : [detail('PreconditionFailure', PreconditionFailure.encode({ violations: [precondition] }).finish())]),
    ...(retryAfterMs === undefined ? [] : [retryInfo(retryAfterMs)]),
  ];
}

function badRequest(violations: NonNullable<ApiError['details']['violations']>): Any {
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
