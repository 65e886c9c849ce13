import type { Derivation, OwnerTags } from '../core/derivation.js';
import { type Device, deviceIdLength, isLive, openDevice, sealDevice } from '../core/device-token.js';
import type { Keys } from '../core/keys.js';
import { saltBytes } from '../core/seal.js';
import type { Clock, Random, Store } from '../ports.js';

export type Devices = ReturnType<typeof createDevices>;

/** Device tokens, which make a browser a known one. */
export function createDevices(options: {
  keys: Pick<Keys, 'device'>;
  namespace: string;
  /** Life of a token; 0: no browser is known. */
  deviceTtlSeconds: number;
  derivation: Pick<Derivation, 'deriveIdentityTag'>;
  store: Pick<Store, 'claim' | 'claimed' | 'ended'>;
  clock: Clock;
  random: Pick<Random, 'bytes' | 'id'>;
}) {
  const { keys, namespace, deviceTtlSeconds: ttlSeconds, derivation, store, clock, random } = options;
  const scope = { key: keys.device, namespace };
  const nowSeconds = () => Math.floor(clock() / 1000);

  async function hasEnded({ id, issuedAtSeconds }: Device, owner: OwnerTags): Promise<boolean> {
    const name = nameDevice(id);
    if (!store.ended) {
      return (await store.claimed(name)) || !isLive(issuedAtSeconds, ttlSeconds, nowSeconds());
    }
    const { identityTag, budgetTag } = owner;
    return store.ended({
      names: [name],
      identityTag,
      budgetTag,
      authTimeSeconds: issuedAtSeconds,
      ttlSeconds,
    });
  }

  return {
    /**
     * The device of this identity that a token stands for; null unless the token is valid, and neither it nor its owner has
     * signed out since.
     *
     * @throws OtpError `store_unavailable`
     */
    async find(token: unknown, owner: OwnerTags): Promise<Device | null> {
      if (ttlSeconds === 0) return null;
      const opened = openDevice(scope, token);
      const own = opened?.identityTag === owner.identityTag ? opened : null;
      // Asked about every token, since the time it takes must not tell which ones are valid.
      const device = own ?? { identityTag: owner.identityTag, id: '', issuedAtSeconds: nowSeconds() };
      return (await hasEnded(device, owner)) ? null : own;
    },
    /**
     * A token for a browser that has just signed in; undefined where no browser is known.
     *
     * @param known the device that it already is
     * @param authTimeSeconds as the store returned it. Default: the time of this instance
     */
    issue(
      identityTag: string,
      known: Device | null,
      authTimeSeconds: number | undefined,
    ): string | undefined {
      if (ttlSeconds === 0) return undefined;
      return sealDevice(scope, random.bytes(saltBytes), {
        identityTag,
        id: known?.id ?? random.id().slice(0, deviceIdLength),
        issuedAtSeconds: authTimeSeconds ?? nowSeconds(),
      });
    },
    /** The first of these tokens that was made for this canonical identity, whether or not it has ended. */
    pick(tokens: readonly string[], identity: string): string | undefined {
      if (tokens.length === 0) return undefined;
      const identityTag = derivation.deriveIdentityTag(identity);
      return tokens.find((token) => openDevice(scope, token)?.identityTag === identityTag);
    },
    /** These tokens, with this one first instead of those of its identity. Drops invalid ones. */
    put(tokens: readonly string[], token: string): string[] {
      const identityTag = openDevice(scope, token)?.identityTag;
      const isOther = (other: Device | null) => other !== null && other.identityTag !== identityTag;
      return [token, ...tokens.filter((kept) => isOther(openDevice(scope, kept)))];
    },
    /**
     * Ends the devices of these tokens, and with them every renewal of the tokens. Ignores anything else.
     *
     * @throws OtpError `store_unavailable`
     */
    async forget(tokens: readonly string[]): Promise<void> {
      const ids = new Set(tokens.flatMap((token) => openDevice(scope, token)?.id ?? []));
      await Promise.all([...ids].map((id) => store.claim(nameDevice(id), ttlSeconds)));
    },
  };
}

/** The name under which the store keeps that a device has ended. */
const nameDevice = (id: string) => `device ${id}`;
