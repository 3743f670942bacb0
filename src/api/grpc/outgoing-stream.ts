import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { WritableCall } from './message-stream.ts';

/** Injects the gRPC call that a handler of a server stream writes to. */
export const OutgoingStream = createParamDecorator((_: unknown, context: ExecutionContext): WritableCall =>
  context.getArgByIndex<WritableCall>(2),
);
