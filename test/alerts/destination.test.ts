import assert from 'node:assert/strict';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { test } from 'node:test';
import { isPublic, privateAddressIn, publicLookup } from '../../src/alerts/destination.js';

/** What a lookup calls back with. */
type Answer = { error: string } | { addresses: string | LookupAddress[] };

/** Asks a lookup for a name that has these addresses. */
function lookUp(addresses: string[], options: LookupOptions = { all: true }): Promise<Answer> {
  const resolve = ((_name: string, _options: unknown, called: (e: null, all: LookupAddress[]) => void) =>
    called(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as Parameters<typeof publicLookup>[0];
  return new Promise((done) =>
    publicLookup(resolve)('hooks.example.org', options, (error, found) =>
      done(error ? { error: error.message } : { addresses: found }),
    ),
  );
}

test('addresses of this machine, of networks around it and of no machine are not public, in every form', () => {
  const own =
    '127.0.0.1 127.8.9.1 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 ' +
    '100.64.0.1 100.100.100.200 198.18.0.1 192.0.0.8 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 ' +
    '::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1 ' +
    '::ffff:7f00:1 ::ffff:0:127.0.0.1 ::127.0.0.1 ::7f00:1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe ' +
    '64:ff9b:1::1 2002:7f00:1:: 2001:0:7f00:1:: localhost 127.1 0177.0.0.1';
  assert.deepEqual(['', ...own.split(' ')].filter(isPublic), []);
  const others = [
    '1.1.1.1',
    '172.32.0.1',
    '93.184.215.14',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ];
  assert.deepEqual(
    others.filter((address) => !isPublic(address)),
    [],
  );
});

test('a URL is private where it names such an address, however that is written, or localhost', () => {
  const own: Record<string, string> = {
    'http://2130706433/': '127.0.0.1',
    'http://0x7f.1/': '127.0.0.1',
    'http://0177.0.0.01:8080/x': '127.0.0.1',
    'http://127.1/': '127.0.0.1',
    'http://127.0.0.1./': '127.0.0.1',
    'http://①②⑦.⓪.⓪.①/': '127.0.0.1',
    'http://0/': '0.0.0.0',
    'http://[::1]:9/': '::1',
    'http://[::ffff:169.254.169.254]/latest': '::ffff:a9fe:a9fe',
    'https://user:pass@10.0.0.1/': '10.0.0.1',
    'http://LOCALHOST/': 'localhost',
    'http://api.localhost./': 'api.localhost',
  };
  for (const [url, address] of Object.entries(own)) assert.equal(privateAddressIn(new URL(url)), address, url);
  for (const url of [
    'https://hooks.example.org/',
    'http://1.1.1.1/',
    'http://[2606:4700:4700::1111]/',
    'http://10.example/',
  ])
    assert.equal(privateAddressIn(new URL(url)), undefined, url);
});

test('a name is looked up only where all of its addresses are public', async () => {
  assert.deepEqual(await lookUp(['1.1.1.1', '2606:4700:4700::1111']), {
    addresses: [
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ],
  });
  assert.deepEqual(await lookUp(['1.1.1.1'], {}), { addresses: '1.1.1.1' }, 'as a socket asks that wants one');
  assert.match(
    ((await lookUp(['1.1.1.1', '::ffff:10.0.0.1'])) as { error: string }).error,
    /^hooks\.example\.org is ::ffff:10\.0\.0\.1, a private address; --allow-private-webhooks/,
  );
  assert.deepEqual(await lookUp([]), { error: 'hooks.example.org has no address' });
});
