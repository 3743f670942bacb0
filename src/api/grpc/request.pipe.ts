import { Payload } from '@nestjs/microservices';
import { wellFormed, type MalformedMessage } from '../call/malformed-message.ts';

/**
 * Injects the command of a gRPC request.
 *
 * @param parse maps the request message; a message that could not be decoded is refused before
 */
export function ParsedRequest<Request, Command>(parse: (request: Request) => Command | Promise<Command>) {
  return Payload({ transform: (request: Request | MalformedMessage) => parse(wellFormed(request)) });
}
