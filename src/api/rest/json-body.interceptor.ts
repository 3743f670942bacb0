import { addAbortListener } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequestException, HttpException, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { json } from 'express';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { recordOf } from '../../kubernetes/json.ts';
import { callContextOf, signalOf } from '../call/call.ts';
import { RequestBudgets, type AdmittedRequest } from '../call/request-budget.ts';
import { ApiError } from '../errors/api-error.ts';
import { callBytes, maxRequestBytes } from '../../config/limits.ts';
import { assertStrictJson } from './strict-json.ts';

/**
 * Reads JSON bodies after the access guard has admitted the request, and counts their memory. Bodies of another type, or
 * announced as too large, are refused unread; others as soon as more than the limit has arrived.
 */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  constructor(private readonly bodies: RequestBudgets) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    // Validation refuses a missing body that is required.
    if (hasNoBody(request)) return next.handle();
    if (withoutBody.includes(request.method)) throw unexpectedBody(request);
    if (request.is('application/json') === false) throw unsupported(request);
    const limit = maxRequestBytes;
    if (Number(request.headers['content-length']) > limit) throw tooLarge(limit);
    const response = http.getResponse<Response>();
    const signal = signalOf(response, 'close');
    if (signal.aborted) throw new ApiError('Cancelled', 'the client has closed the connection');
    const gaveWay = Promise.withResolvers<never>();
    const username = callContextOf(context).caller?.username ?? '';
    const memory = this.bodies.authenticated.admit(username, initialBytes(request, limit), (reason) => {
      stopReading(request, reason);
      gaveWay.reject(reason);
    });
    addAbortListener(signal, () => memory[Symbol.dispose]());
    if (request.headers.expect !== undefined) response.writeContinue();
    await Promise.race([gaveWay.promise, readJson(request, response, memory, limit)]);
    return next.handle();
  }
}

/** Methods whose body would be ignored. */
const withoutBody = ['GET', 'HEAD', 'DELETE'];

function unexpectedBody({ method }: Request): ApiError {
  return new ApiError('InvalidArgument', `${method} takes no body, only query parameters`);
}

function hasNoBody(request: Request): boolean {
  return request.headers['content-length'] === '0' || request.is('*/*') === null;
}

function unsupported({ headers: { 'content-type': given } }: Request): ApiError {
  const not = given === undefined ? '' : `, not ${given}`;
  return new ApiError('UnsupportedMediaType', `the body must be application/json${not}`);
}

function tooLarge(limit: number): ApiError {
  return new ApiError('TooLarge', `the body is larger than ${limit} bytes`);
}

/** The memory for a body before it has arrived; that of the largest body if it is compressed. */
function initialBytes({ headers }: Request, limit: number): number {
  if (headers['content-encoding'] !== undefined) return limit;
  const length = Number(headers['content-length']);
  return length < callBytes.incomplete ? length : callBytes.incomplete;
}

/** Makes the parser forget what it has collected, and discards the rest of the body. */
function stopReading(request: Request, reason: ApiError): void {
  request.unpipe();
  if (request.listenerCount('error') > 0) request.emit('error', reason);
  request.removeAllListeners('data');
  request.resume();
}

function readJson(request: Request, response: Response, memory: AdmittedRequest, limit: number): Promise<void> {
  const verify = (_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void => {
    memory.complete(body.length);
    assertStrictJson(body, charset);
  };
  // Not strict: validation refuses JSON that is not an object.
  const read = json({ strict: false, limit, type: 'application/json', verify });
  return new Promise((resolve, reject) => {
    // The parser reports bodies that are too large once it has read them to their end.
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      memory.growTo(bytes);
      if (bytes > limit) reject(tooLarge(limit));
    });
    read(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(toException(error, limit));
    });
  });
}

/** Converts an error of the body parser to an exception of Nest. */
function toException(thrown: unknown, limit: number): Error {
  const error = thrown instanceof Error ? thrown : new Error('the body cannot be read', { cause: thrown });
  if (error instanceof ApiError) return error;
  if (error instanceof SyntaxError) return new BadRequestException(error.message, { cause: error });
  const { statusCode } = recordOf(error);
  // Of a compressed body, whose size is known only now.
  if (statusCode === 413) return tooLarge(limit);
  return typeof statusCode === 'number' ? new HttpException(error.message, statusCode, { cause: error }) : error;
}
