import { InvalidError } from './errors.ts';
import { recordOf, type JsonRecord } from './json.ts';

const subdomain = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Go's `2006-01-02T15:04:05.000000Z07:00`: six digits after the point, no more and no fewer. */
const microTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$/;
const maxAnnotationBytes = 256 * 1024;

/**
 * Refuses metadata and Leases that kube-apiserver would refuse.
 *
 * @throws InvalidError with its status: 400 for a wrong type, 422 for a violated rule
 */
export function validate(object: JsonRecord): void {
  const { name, labels, annotations } = recordOf(object['metadata']);
  const [labelled, annotated] = [Object.values(recordOf(labels)), Object.entries(recordOf(annotations))];
  const texts = [name, ...labelled, ...annotated.map(([, value]) => value)];
  if (!texts.every((value) => typeof value === 'string')) throw refused(400, 'metadata has something else than a text');
  if (!subdomain.test(String(name))) throw refused(422, `metadata.name ${String(name)} is no RFC 1123 subdomain`);
  if (!labelled.every((value) => labelValue.test(String(value))))
    throw refused(422, 'metadata.labels has no label value');
  const bytes = annotated.reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (bytes > maxAnnotationBytes) throw refused(422, 'metadata.annotations is too long');
  if (object['kind'] === 'Lease') validateLease(recordOf(object['spec']));
}

function validateLease({ acquireTime, renewTime, leaseDurationSeconds }: JsonRecord): void {
  const times = [acquireTime, renewTime].filter((time) => time !== undefined);
  if (!times.every((time) => typeof time === 'string' && microTime.test(time)))
    throw refused(400, 'a time is no MicroTime');
  if (leaseDurationSeconds !== undefined && Number(leaseDurationSeconds) <= 0) {
    throw refused(422, 'spec.leaseDurationSeconds must be greater than 0');
  }
}

function refused(status: 400 | 422, message: string): InvalidError {
  return new InvalidError(message, { status, reason: status === 400 ? 'BadRequest' : 'Invalid' });
}
