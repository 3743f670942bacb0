import { describe, expect, it } from '@jest/globals';
import { credentialPatterns, masked, secretsOf, redactCredentials, redactParameters } from './secret-parameters.ts';

const jwt = `eyJhbGciOiJSUzI1NiJ9.${'eyJpc3MiOiJ4In0'}.c2lnbmF0dXJl`;

describe('a parameter', () => {
  it.each([
    ...['PASSWORD', 'PASSWORD1', 'PASSWORDS', 'DB_PASSWORD', 'DB_PASSWORD_OLD', 'DBPASSWORD', 'MYPASS', 'PASSWD'],
    ...['PASSPHRASE', 'PWD', 'DB_PWD2', 'PW', 'SECRET', 'CLIENTSECRET', 'TOKEN', 'TOKEN2', 'A_TOKEN_B_C', 'CRED'],
    ...['CREDENTIALS', 'API_KEY', 'APIKEY', 'KEY', 'TLS_KEY', 'SSHKEY', 'AWS_SECRET_ACCESS_KEY', 'KEYSTORE', 'AUTH'],
    ...['AUTHORIZATION', 'BASIC_AUTH', 'GITHUB_PAT', 'PAT', 'PAT1', 'GH_PATS', 'DSN', 'DB_DSN', 'PIN', 'AZURE_SAS'],
    ...['OTP', 'WIFI_PSK', 'TLS_PEM', 'SALT', 'JWT', 'SESSION_ID', 'COOKIE', 'SLACK_WEBHOOK', 'KUBECONFIG'],
    ...['HMAC', 'NONCE', 'LICENSE', 'PINCODE'],
    ...['CONNECTION_STRING', 'CONN_STR', 'CONNSTR', 'BEARER', 'V2PIN', 'PAT2X'],
  ])('%s is masked', (name) => {
    expect(redactParameters({ parameters: { [name]: 'x' } })).toEqual({ [name]: masked });
    expect(secretsOf({ parameters: { [name]: 'x' } })).toEqual([{ parameter: name, text: 'x' }]);
  });

  it.each([
    ...['NAMESPACE', 'MEMORY_LIMIT', 'TARGET_RESOURCE', 'REPLICAS', 'PATH', 'PATCH', 'PATTERN', 'PINNED_VERSION'],
    ...['OPTION', 'SASL_MECHANISM', 'DEPLOYMENT', 'TIMEOUT', 'TLS_CERT', 'SPACE', 'ZONE', 'URL', 'IMAGE', 'USERNAME'],
    ...['SPIN', 'REPAT'],
  ])('%s is shown', (name) => {
    expect(redactParameters({ parameters: { [name]: 'x' } })).toEqual({ [name]: 'x' });
    expect(secretsOf({ parameters: { [name]: 'x' } })).toEqual([]);
  });

  it.each([
    ['https://user:hunter2@example.com/x', 'https://********@example.com/x'],
    ['https://ghp_x@example.com', 'https://********@example.com'],
    ['postgres://app:p/a@s:s@db:5432/x?y=z', 'postgres://********@db:5432/x?y=z'],
    ['see https://a:b@c and redis://:pw@d', 'see https://********@c and redis://********@d'],
    ['://a:b@c', '://********@c'],
    ['password=hunter2 https://app:hunter2@c', 'password=******** https://********@c'],
    [`x ${jwt}, y`, 'x ********, y'],
    ['AKIAA1A1A1A1A1A1A1A1 AKIAB2B2B2B2B2B2B2B2', '******** ********'],
    [`ghp_${'a1'.repeat(18)}`, masked],
    [`github_pat_${'a1_'.repeat(20)}`, masked],
    [`glpat-${'a1'.repeat(10)}`, masked],
    ['xoxb-1234567890-abcdef', masked],
    [`id AKIA${'A1'.repeat(8)} here`, 'id ******** here'],
    [`AIza${'a1-'.repeat(12)}`, masked],
    [`sk_live_${'a1'.repeat(12)}`, masked],
    [`sk-proj-${'a1'.repeat(12)}`, masked],
    [`npm_${'a1'.repeat(18)}`, masked],
    [`dckr_pat_${'a1'.repeat(10)}`, masked],
    [`hvs.${'a1'.repeat(12)}`, masked],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', masked],
    ['https://hooks.slack.com/services/T0/B0/x', 'https://********'],
    [`curl -H 'X: Bearer ${'a.1'.repeat(8)}'`, "curl -H 'X: Bearer ********'"],
    ['user: a\npassword: hunter2\n', 'user: a\npassword: ********\n'],
    ['Server=db;Password=hunter2;Database=x', 'Server=db;Password=********;Database=x'],
    ['{"user":"a","password": "hunter2"}', '{"user":"a","password": "********"}'],
    ['https://x.blob.core.windows.net/y?sv=1&sig=abc%3D', 'https://x.blob.core.windows.net/y?sv=1&sig=********'],
    ['password="a b c" x', 'password="********" x'],
    ["password: 'a b c' x", "password: '********' x"],
    ['password=`a b` x', 'password=`********` x'],
    ['password="a \\"b\\" c" x', 'password="********" x'],
    ['password="a b', 'password="********'],
    ['"{\\"password\\":\\"a b\\",\\"x\\":1}"', '"{\\"password\\":\\"********",\\"x\\":1}"'],
    ['{"password" : ["a", "b"], "x": 1}', '{"password" : [********], "x": 1}'],
    ['{"auth": {"a": "b"}, "x": 1}', '{"auth": {********}, "x": 1}'],
    ['password := hunter2', 'password := ********'],
    ['password :hunter2', 'password :********'],
    ['password:hunter2', 'password:********'],
    ['password => hunter2', 'password => ********'],
    ['pass%3Dhunter2', 'pass%3D********'],
    ['password: |-\n  a\n  b', 'password: |-\n********'],
    ['<db_password>a b</db_password>', '<db_password>********</db_password>'],
    ['mysql --password hunter2 -v', 'mysql --password ******** -v'],
    ['x --db-pass "a b" -v', 'x --db-pass "********" -v'],
    ['["--token", "hunter2", "-v"]', '["--token", "********", "-v"]'],
    ['curl -u bob:hunter2 https://x', 'curl -u ******** https://x'],
    ["curl --user='bob:a b' x", "curl --user='********' x"],
    ['bob:hunter2@db:5432/x', 'bob:********@db:5432/x'],
    ['//bob:hunter2@db/x', '//bob:********@db/x'],
    ['{"db":"bob:hunter2@db"}', '{"db":"bob:********@db"}'],
  ])('with the value %j is shown as %j', (value, shown) => {
    expect(redactParameters({ parameters: { VALUE: value } })).toEqual({ VALUE: shown });
  });

  it.each([
    'https://example.com/path?x=1',
    'mail admin@example.com',
    'quay.io/kubernaut/oomkill:v1.0.0@sha256:0123456789abcdef',
    'asking-for-a-very-long-name-of-a-pod',
    '512Mi',
    'eyJ',
    '********',
    'password=****',
    's3://bucket/key',
    'quay.io/kubernaut/auth-server:v1.0.0',
    'git@github.com:kubernaut/workflows',
    'x --no-auth --verbose',
    'git push -u origin main:main',
    'password="" x',
  ])('with the value %j is shown', (value) => {
    expect(redactParameters({ parameters: { VALUE: value } })).toEqual({ VALUE: value });
  });

  it('is masked as a whole if it has many credentials', () => {
    const value = Array.from({ length: 17 }, (_, at) => `key=${at}`).join(' ');
    expect(redactParameters({ parameters: { VALUE: value } })).toEqual({ VALUE: masked });
  });

  it('is masked if it is declared secret', () => {
    const spec = { parameters: { A: 'x', B: 'y' }, workflowRef: { secretParameters: ['B', 'C'] } };

    expect(redactParameters(spec)).toEqual({ A: 'x', B: masked });
    expect(secretsOf(spec)).toEqual([{ parameter: 'B', text: 'y' }]);
  });

  it('is masked without its length', () => {
    expect(redactParameters({ parameters: { TOKEN: 'a', PASSWORD: 'a much longer one' } })).toEqual({
      TOKEN: '********',
      PASSWORD: '********',
    });
  });

  it('has the password of a URL as a secret of its own', () => {
    expect(secretsOf({ parameters: { URL: 'https://user:hunter2@example.com', PASSWORD: '' } })).toEqual([
      { parameter: 'URL', text: 'user:hunter2' },
      { parameter: 'URL', text: 'hunter2' },
    ]);
  });

  it.each([
    ['user: a\npassword: hunter2\n', ['hunter2']],
    ['Server=db;Password=hunter2', ['hunter2']],
    ['redis://:hunter2@db', [':hunter2', 'hunter2']],
    ['https://hunter2@db', ['hunter2']],
    ['password=********', []],
    ['https://db', []],
  ])('with the value %j has the secrets %j', (value, secrets) => {
    expect(secretsOf({ parameters: { VALUE: value } }).map(({ text }) => text)).toEqual(secrets);
  });
});

describe('a text of another component', () => {
  it.each([
    ['cannot log in with password=hunter2', 'cannot log in with password=********'],
    ['cannot fetch https://bot:hunter2@registry/x', 'cannot fetch https://********@registry/x'],
    ['failed to fetch token: unexpected status', 'failed to fetch token: unexpected status'],
  ])('%j is redacted to %j', (text, shown) => {
    expect(redactCredentials(text)).toBe(shown);
  });
});

it.each([jwt, 'Password=hunter2', 'password: hunter2', '-----BEGIN PRIVATE KEY-----', 'hooks.slack.com/services/x'])(
  'a credential like %j is recognized by a pattern whose time is tested',
  (text) => {
    expect(credentialPatterns.filter((pattern) => text.search(pattern) >= 0)).toHaveLength(1);
  },
);
