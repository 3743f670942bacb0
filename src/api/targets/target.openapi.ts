import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { TargetDto } from './target.dto.ts';

const description =
  'The execution that holds the target, the cooldowns on it, and its newest executions, from the cache of this replica. Has ' +
  'executions of the namespaces in which the caller may list executions. Any name of the kind matches; a kind that the ' +
  'cluster does not have is invalid.';

const ok = () => ApiOkResponse({ description: 'The target.', type: TargetDto });

/** Documents the get operation of a namespaced target. */
export const ApiGetTarget = () =>
  applyDecorators(ApiOperation({ operationId: 'getTarget', summary: 'Show who holds a target', description }), ok());

/** Documents the get operation of a cluster-scoped target. */
export const ApiGetClusterTarget = () =>
  applyDecorators(
    ApiOperation({
      operationId: 'getClusterTarget',
      summary: 'Show who holds a cluster-scoped target',
      description,
    }),
    ok(),
  );
