import { Injectable } from '@nestjs/common';
import { bodyBudget, openBodyBudget } from '../../config/limits.ts';
import { BodyBudget } from './body-budget.ts';

/** The budgets of request bodies of a process. They are apart, so that nobody without a token keeps a caller waiting. */
@Injectable()
export class RequestBodies {
  /** For calls of authenticated callers, by user name. */
  readonly ofCallers = new BodyBudget(bodyBudget);
  /** For health and reflection, by address. */
  readonly ofAnybody = new BodyBudget(openBodyBudget);
}
