import type { Fault } from '../fault.ts';

/** Faults of the execution API. */
export const apiFaults: readonly Fault[] = [
  {
    name: 'the audience of a token is ignored',
    file: 'src/auth/token-review.ts',
    find: 'audiences.some((ours) => ours === one)',
    replace: 'audiences.some((ours) => ours !== one)',
    caughtBy: ['src/auth/auth.spec.ts'],
  },
  {
    name: 'nobody is asked what a caller may do',
    file: 'src/execution/access/access.guard.ts',
    find: 'await this.assertAllowed(caller, access);',
    replace: '',
    caughtBy: ['src/execution/access/access.guard.spec.ts'],
  },
  {
    name: 'a right to one execution is a right to all',
    file: 'src/auth/authorizer.ts',
    find: 'name !== undefined && this.answerTo(caller, access)',
    replace: 'name !== undefined',
    caughtBy: ['src/auth/authorizer.spec.ts'],
  },
  {
    name: 'the limit of calls refuses nobody',
    file: 'src/execution/access/rate-limits.ts',
    find: "if (!bucket.take(now)) throw tooMany('calls', bucket.availableAfterMs(now));",
    replace: 'bucket.take(now);',
    caughtBy: ['src/execution/access/access.spec.ts'],
  },
  {
    name: 'a page repeats the last execution of the page before',
    file: 'src/execution/listing/page-of.ts',
    find: 'all.filter(({ metadata }) => comparePositions(after, metadata) < 0)',
    replace: 'all.filter(({ metadata }) => comparePositions(after, metadata) <= 0)',
    caughtBy: ['src/execution/listing/page-of.spec.ts'],
  },
  {
    name: 'the signature of a page token is not checked',
    file: 'src/execution/listing/page-token.ts',
    find: 'return timingSafeEqual(signature, this.sign(content)) ? content : undefined;',
    replace: 'return timingSafeEqual(signature, this.sign(content)) ? content : content;',
    caughtBy: ['src/execution/listing/page-token.spec.ts'],
  },
  {
    name: 'a create that is repeated creates a second execution',
    file: 'src/execution/execution.service.ts',
    find: 'command.name ?? identity?.derivedName ?? derivedName(',
    replace: 'command.name ?? derivedName(',
    caughtBy: ['src/execution/execution.service.spec.ts'],
  },
  {
    name: 'a request id is taken for the request of somebody else',
    file: 'src/execution/idempotency/request-identity.ts',
    find: "canonicalJson(['request', namespace, username, requestId])",
    replace: "canonicalJson(['request', namespace, requestId])",
    caughtBy: ['src/execution/idempotency/request-identity.spec.ts'],
  },
  {
    name: 'an execution is cancelled whatever it has become meanwhile',
    file: 'src/execution/execution.service.ts',
    find: 'metadata: { resourceVersion: metadata.resourceVersion, annotations },',
    replace: 'metadata: { annotations },',
    caughtBy: ['src/execution/execution.service.spec.ts'],
  },
  {
    name: 'a renewed certificate is not shown to new connections',
    file: 'src/execution/tls/server-certificate.ts',
    find: 'for (const listener of this.#listeners) listener(certificate);',
    replace: '',
    caughtBy: ['src/execution/tls/server-certificate.spec.ts'],
  },
  {
    name: 'calls in flight are cut off on shutdown',
    file: 'src/execution/shutdown/drain.ts',
    find: 'if (!(await Promise.race([closed, late]))) this.force();',
    replace: 'this.force();',
    caughtBy: ['src/execution/shutdown/drain.spec.ts'],
  },
];
