import { channelsOf, type Unsupported } from '../core/channels.js';
import type { Identity } from '../core/identity.js';
import { type PhoneCountries, parsePhoneCountries } from '../core/phone-countries.js';
import { findPlace, mayReach } from '../core/phone-place.js';
import type { Channel } from '../core/policy.js';
import type { Target } from './target.js';

type Unreached = { status: Unsupported };

/** Chooses the channel for a code: the requested one, or the first that reaches the identity. Otherwise says why not. */
export function createChannelChooser(parts: {
  delivery: { serves(channel: Channel): boolean };
  phoneCountries?: PhoneCountries | undefined;
}) {
  const { delivery, phoneCountries = parsePhoneCountries(['*']) } = parts;
  const servedOf = {
    email: channelsOf.email.filter(delivery.serves),
    phone: channelsOf.phone.filter(delivery.serves),
    opaque: channelsOf.opaque.filter(delivery.serves),
  };

  function guardPhone({ value }: Identity, asked: Channel | null | undefined): Channel | Unreached {
    const place = findPlace(value);
    if (place.country !== undefined && !phoneCountries.admits(place))
      return { status: 'unsupported_country' };
    // Few fixed lines have WhatsApp, and every one can be called.
    const byDefault = place.kind === 'fixed' ? servedOf.phone.toReversed() : servedOf.phone;
    const wanted = asked ? [asked] : byDefault;
    return wanted.find((channel) => mayReach(place.kind, channel)) ?? { status: 'unsupported_number' };
  }

  return (
    { identity, testCode }: Pick<Target, 'identity' | 'testCode'>,
    asked: Channel | null | undefined,
  ): Channel | Unreached => {
    const served = servedOf[identity.kind];
    const channel = asked || served[0];
    if (channel === undefined || !served.includes(channel)) return { status: 'unsupported_channel' };
    // Nothing is sent to a test identity, so its number costs nobody.
    return identity.kind === 'phone' && testCode === undefined ? guardPhone(identity, asked) : channel;
  };
}
