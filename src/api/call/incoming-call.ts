import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { grantOf } from './grant.ts';
import { signalOfCall, signalOfResponse } from './call-signal.ts';
import type { CancellableCall } from './call-signal.ts';
import type { Call } from './call.ts';

/** Injects the {@link Call} that a handler answers, on either transport. */
export const IncomingCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  return { ...grantOf(context), signal: signalOf(context) };
});

function signalOf(context: ExecutionContext): AbortSignal {
  return context.getType() === 'http'
    ? signalOfResponse(context.switchToHttp().getResponse<Response>())
    : signalOfCall(context.getArgByIndex<CancellableCall>(2));
}
