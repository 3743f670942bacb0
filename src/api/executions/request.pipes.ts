import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import type {
  CancelWorkflowExecutionRequest,
  CreateWorkflowExecutionRequest,
  DeleteWorkflowExecutionRequest,
  ListWorkflowExecutionsRequest,
} from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { CancelCommand, CreateCommand, DeleteCommand, ListCommand } from './execution.types.ts';
import type { ExecutionKey } from '../resource/names.ts';
import { CreateWorkflowExecutionDto } from './create-workflow-execution.dto.ts';
import { toCreateCommand } from './create-command.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import {
  fromCancelRequest,
  fromCreateRequest,
  fromDeleteRequest,
  fromListRequest,
  fromName,
} from '../resource/from-message.ts';
import { wellFormed } from '../call/malformed-message.ts';
import type { MalformedMessage } from '../call/malformed-message.ts';

type Incoming<T> = T | MalformedMessage;

/** A create request as a command, held to the same rules as a body over REST. */
@Injectable()
export class CreateRequestPipe implements PipeTransform<
  Incoming<CreateWorkflowExecutionRequest>,
  Promise<CreateCommand>
> {
  private readonly rules = new RequestValidationPipe();

  async transform(request: Incoming<CreateWorkflowExecutionRequest>): Promise<CreateCommand> {
    const { namespace, resource, options } = fromCreateRequest(wellFormed(request));
    return toCreateCommand(namespace, await this.rules.validated(CreateWorkflowExecutionDto, resource), options);
  }
}

/** A request that is about one execution, as the key of that. */
@Injectable()
export class NamePipe implements PipeTransform<Incoming<{ readonly name: string }>, ExecutionKey> {
  transform(request: Incoming<{ readonly name: string }>): ExecutionKey {
    return fromName(wellFormed(request));
  }
}

/** A cancel request as a command. */
@Injectable()
export class CancelRequestPipe implements PipeTransform<Incoming<CancelWorkflowExecutionRequest>, CancelCommand> {
  transform(request: Incoming<CancelWorkflowExecutionRequest>): CancelCommand {
    return fromCancelRequest(wellFormed(request));
  }
}

/** A delete request as a command. */
@Injectable()
export class DeleteRequestPipe implements PipeTransform<Incoming<DeleteWorkflowExecutionRequest>, DeleteCommand> {
  transform(request: Incoming<DeleteWorkflowExecutionRequest>): DeleteCommand {
    return fromDeleteRequest(wellFormed(request));
  }
}

/** A list request as a command. */
@Injectable()
export class ListRequestPipe implements PipeTransform<Incoming<ListWorkflowExecutionsRequest>, ListCommand> {
  transform(request: Incoming<ListWorkflowExecutionsRequest>): ListCommand {
    return fromListRequest(wellFormed(request));
  }
}
