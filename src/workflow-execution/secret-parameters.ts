/** Parts of names of parameters whose values nobody should read: names are UPPER_SNAKE_CASE. */
const secretName =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY|AUTH|DSN)S?(_|$)/;

/** What stands for a value that is not shown. */
export const masked = '********';

/** The parameters of an execution as they may be shown to whoever reads logs, Events and the audit trail. */
export function withoutSecrets(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, secretName.test(name) ? masked : value]),
  );
}

/** The values of the parameters that nobody should read. */
export function secretsAmong(parameters: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => (secretName.test(name) && value !== '' ? [value] : []));
}
