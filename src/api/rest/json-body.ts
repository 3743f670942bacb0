import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequestException, HttpException, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { json } from 'express';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { recordOf } from '../../kubernetes/json.ts';
import { grantOf } from '../call/grant.ts';
import type { BodyRoom } from '../call/body-budget.ts';
import { RequestBodies } from '../call/request-bodies.ts';
import { ApiError } from '../errors/api-error.ts';
import { maxRequestBytes } from '../../config/limits.ts';
import { assertUnambiguous } from './unambiguous-body.ts';

/**
 * Reads JSON bodies, once the access guard has let the request through and there is room for the body. Bodies of another type
 * and those that are too large are refused before they are read.
 */
@Injectable()
export class JsonBody implements NestInterceptor {
  constructor(private readonly bodies: RequestBodies) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    // The handler says whether it needs one.
    if (hasNoBody(request)) return next.handle();
    if (withoutBody.includes(request.method)) throw unexpectedBody(request);
    if (request.is('application/json') === false) throw unsupported(request);
    const response = http.getResponse<Response>();
    const room = this.bodies.ofCallers.reserve(grantOf(context).caller?.username ?? '', mostBytesOf(request));
    response.once('close', () => room.release());
    await room.granted;
    if (request.headers.expect !== undefined) response.writeContinue();
    await readJson(request, response, room);
    return next.handle();
  }
}

/** Methods whose body would be ignored. */
const withoutBody = ['GET', 'HEAD', 'DELETE'];

function unexpectedBody({ method }: Request): ApiError {
  return new ApiError('InvalidArgument', `${method} takes no body, only query parameters`);
}

/** Whether there is nothing to read, of whatever type. */
function hasNoBody(request: Request): boolean {
  return request.headers['content-length'] === '0' || request.is('*/*') === null;
}

function unsupported({ headers: { 'content-type': given } }: Request): ApiError {
  const not = given === undefined ? '' : `, not ${given}`;
  return new ApiError('UnsupportedMediaType', `the body must be application/json${not}`);
}

/** How large a body can be by its headers; the limit where they do not say, or it is compressed. */
function mostBytesOf({ headers }: Request): number {
  const length = headers['content-encoding'] === undefined ? Number(headers['content-length']) : NaN;
  return length < maxRequestBytes ? length : maxRequestBytes;
}

function readJson(request: Request, response: Response, room: BodyRoom): Promise<void> {
  const verify = (_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void => {
    room.shrinkTo(body.length);
    assertUnambiguous(body, charset);
  };
  // What is no object is refused by the rules of the request: it is JSON.
  const read = json({ strict: false, limit: maxRequestBytes, type: 'application/json', verify });
  return new Promise((resolve, reject) => {
    read(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(refusalOf(error));
    });
  });
}

/** An error of the body parser, as Nest has it of middleware. */
function refusalOf(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error('the body cannot be read', { cause: thrown });
  if (error instanceof ApiError) return error;
  if (error instanceof SyntaxError) return new BadRequestException(error.message, { cause: error });
  const { statusCode } = recordOf(error);
  return typeof statusCode === 'number' ? new HttpException(error.message, statusCode, { cause: error }) : error;
}
