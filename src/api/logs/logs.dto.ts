import { OptionalFlag, OptionalQuery, timeRule } from '../validation/query.ts';

/** Query parameters of a log. */
export class LogsQuery {
  @OptionalFlag('Continues with new lines until the execution has ended.')
  follow = false;

  @OptionalQuery('Only lines that were written at or after this time (RFC 3339).', timeRule)
  since?: string;

  @OptionalFlag('Puts the time before each line of text. Lines of JSON always have it.')
  timestamps = false;
}
