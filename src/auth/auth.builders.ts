/** A token with the form of a signed JWT, which no cluster has issued. */
export function aJwt(subject: string): string {
  const [header, payload] = [{ alg: 'RS256' }, { sub: subject }].map((part) => encoded(JSON.stringify(part)));
  return `${header}.${payload}.${encoded('signature')}`;
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}
