import { Controller, Get, Param, Query, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { AccessGuard, AccessPerExecution } from '../call/access.guard.ts';
import { IncomingCall, type Call } from '../call/call.ts';
import { NoQuery } from '../executions/requests.ts';
import { JsonBodyInterceptor } from '../rest/json-body.interceptor.ts';
import { ApiExecutions } from '../rest/problem-responses.ts';
import { RequestValidationPipe } from '../validation/validation.pipe.ts';
import { ClusterTargetParameters, TargetParameters, type TargetDto } from './target.dto.ts';
import { ApiGetClusterTarget, ApiGetTarget } from './target.openapi.ts';
import { toTargetResource } from './target-responses.ts';
import { TargetService } from './target.service.ts';

/**
 * Targets over REST. Each part of a target is a segment of the path: proxies decode or refuse an encoded slash, and a parameter
 * of OpenAPI is one segment.
 */
@Controller('api/v1/targets')
@UsePipes(RequestValidationPipe)
@UseGuards(AccessGuard)
@UseInterceptors(JsonBodyInterceptor)
@ApiExecutions()
export class TargetController {
  constructor(private readonly targets: TargetService) {}

  @Get(':namespace/:kind/:name')
  @AccessPerExecution('list')
  @ApiGetTarget()
  async get(
    @Param() { namespace, kind, name }: TargetParameters,
    @Query() _query: NoQuery,
    @IncomingCall() call: Call,
  ): Promise<TargetDto> {
    return toTargetResource(await this.targets.get(`${namespace}/${kind}/${name}`, 'kind', call));
  }

  @Get(':kind/:name')
  @AccessPerExecution('list')
  @ApiGetClusterTarget()
  async getClusterScoped(
    @Param() { kind, name }: ClusterTargetParameters,
    @Query() _query: NoQuery,
    @IncomingCall() call: Call,
  ): Promise<TargetDto> {
    return toTargetResource(await this.targets.get(`${kind}/${name}`, 'kind', call));
  }
}
