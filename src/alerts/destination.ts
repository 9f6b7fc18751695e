import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What an operator can do about a destination that is refused. */
export const ALLOW_PRIVATE = '--allow-private-webhooks or POINTSMAN_ALLOW_PRIVATE_WEBHOOKS=true allows such addresses';

/** Whether an address is of the internet, whatever it is written as: not of this machine or a network around it. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const known = ipaddr.process(address);
  if (known.kind() === 'ipv4') return known.range() === 'unicast';
  // NAT64 (RFC 6052) reaches the IPv4 address in the last four bytes.
  if (known.range() === 'rfc6052') return new ipaddr.IPv4(known.toByteArray().slice(12)).range() === 'unicast';
  // All of IPv6 that is handed out is of 2000::/3; others hold IPv4 addresses, or mean a site.
  return known.range() === 'unicast' && known.toByteArray()[0]! >> 5 === 1;
}

/**
 * The private address that a URL names by itself, before anything is resolved; undefined where it names none. The URL
 * parser has decimal, octal and hexadecimal IPv4 addresses as dotted ones by then.
 */
export function privateAddressIn({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (isIP(host) !== 0) return isPublic(host) ? undefined : host;
  return host === 'localhost' || host.endsWith('.localhost') ? host : undefined;
}

/**
 * A lookup for sockets that refuses names of which any address is private. The socket connects to what it answers, so
 * that a name which means another address a moment later changes nothing.
 */
export function publicLookup(resolve: typeof resolveName = resolveName): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const refused = addresses.find(({ address }) => !isPublic(address));
      const [first] = addresses;
      if (first === undefined) callback(new Error(`${hostname} has no address`), '');
      else if (refused !== undefined)
        callback(new Error(`${hostname} is ${refused.address}, a private address; ${ALLOW_PRIVATE}`), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
