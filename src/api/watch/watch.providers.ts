import type { Provider } from '@nestjs/common';
import { ChangeLog } from '../../kubernetes/change-log.ts';
import { systemClock } from '../../kubernetes/clock.ts';
import { getReflectorToken } from '../../kubernetes/kubernetes.module.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { CatchUp, WATCH_CLOCK } from '../cache/catch-up.ts';
import { WatchService } from './watch.service.ts';

/** What watches are made of. */
export const watchProviders: readonly Provider[] = [
  {
    // Made with the module, before the reflector runs, so that it misses nothing.
    provide: ChangeLog,
    inject: [getReflectorToken(workflowExecutionResource)],
    useFactory: (reflector: Reflector<WorkflowExecution>) => new ChangeLog(reflector),
  },
  { provide: WATCH_CLOCK, useValue: systemClock },
  CatchUp,
  WatchService,
];
