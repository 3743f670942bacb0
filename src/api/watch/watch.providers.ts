import type { Provider } from '@nestjs/common';
import { WatchCache } from '../../kubernetes/watch-cache.ts';
import { getReflectorToken } from '../../kubernetes/kubernetes.module.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { ResourceVersionBarrier, WATCH_CLOCK } from '../cache/resource-version-barrier.ts';
import { WatchService } from './watch.service.ts';

/** What watches are made of. */
export const watchProviders: readonly Provider[] = [
  {
    // Made with the module, before the reflector runs, so that it misses nothing.
    provide: WatchCache,
    inject: [getReflectorToken(workflowExecutionResource)],
    useFactory: (reflector: Reflector<WorkflowExecution>) => new WatchCache(reflector),
  },
  { provide: WATCH_CLOCK, useValue: systemClock },
  ResourceVersionBarrier,
  WatchService,
];
