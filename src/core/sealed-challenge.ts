import { timingSafeEqual } from 'node:crypto';
import type { HmacSha256 } from '../fast/hmac.js';
import { encodeMessage } from '../fast/message.js';
import { truncateTo16Bytes } from '../fast/truncation.js';
import type { CodeAlphabet } from './base32-code.js';
import { decodeBase64url } from './base64.js';
import type { Subject } from './code.js';
import { type Channel, channels } from './policy.js';

/** A pending record that its challenge carries, where no store keeps it. */
export interface SealedRecord {
  keyId: string;
  /** 16 random bytes as base64url. The code is derived from it. */
  challenge: string;
  openedAtSeconds: number;
  lifeSeconds: number;
  /** Characters of the code. */
  digits: number;
  alphabet: CodeAlphabet;
  /** Every channel that the code was sent over. */
  channels: readonly Channel[];
}

const version = 1;
const keyIdBytes = 6;
const idBytes = 16;
const macBytes = 16;
const base32Flag = 0x80;
/** Version, key id, record id, U32BE opened at, U16BE life, length and alphabet, channels. */
const fieldBytes = 1 + keyIdBytes + idBytes + 4 + 2 + 1 + 1;

/** Which key authenticates the challenges of this key id; null when it has been retired. */
export type FindChallengeMac = (keyId: string) => HmacSha256 | null;

/**
 * A challenge that any instance can check without memory. Nothing in it is secret: it names no identity, and without the key
 * no code follows from it.
 *
 *     fields    = version, key id, record id, opened at, life, shape of the code, channels
 *     mac       = HMAC-SHA-256(K_challenge, LP(namespace) LP(purpose) LP(identity) LP(fields))[0..16)
 *     challenge = base64url(fields mac)
 *
 * @param subject who it is for; it cannot be opened for anyone else
 * @returns 63 characters
 * @throws RangeError for a record of a retired key
 */
export function sealChallenge(find: FindChallengeMac, subject: Subject, record: SealedRecord): string {
  const mac = find(record.keyId);
  if (!mac) throw new RangeError('The challenge would be of a key that is not known');
  const fields = Buffer.alloc(fieldBytes);
  fields[0] = version;
  fields.write(record.keyId, 1, 'base64url');
  let at = 1 + keyIdBytes;
  at += fields.write(record.challenge, at, 'base64url');
  at = fields.writeUInt32BE(record.openedAtSeconds, at);
  at = fields.writeUInt16BE(record.lifeSeconds, at);
  fields[at] = record.digits | (record.alphabet === 'base32' ? base32Flag : 0);
  fields[at + 1] = record.channels.reduce((bits, channel) => bits | (1 << channels.indexOf(channel)), 0);
  return Buffer.concat([fields, authenticate(mac, subject, fields)]).toString('base64url');
}

/**
 * The record in a challenge; null unless this installation sealed it for exactly this subject. Does not check whether it
 * has expired.
 */
export function openChallenge(
  find: FindChallengeMac,
  subject: Subject,
  challenge: string,
): SealedRecord | null {
  const bytes = decodeBase64url(challenge);
  if (bytes?.length !== fieldBytes + macBytes || bytes[0] !== version) return null;
  const fields = bytes.subarray(0, fieldBytes);
  const keyId = fields.toString('base64url', 1, 1 + keyIdBytes);
  const mac = find(keyId);
  if (!mac || !timingSafeEqual(authenticate(mac, subject, fields), bytes.subarray(fieldBytes))) return null;
  const at = 1 + keyIdBytes + idBytes;
  const shape = fields.readUInt8(at + 6);
  const bits = fields.readUInt8(at + 7);
  return {
    keyId,
    challenge: fields.toString('base64url', 1 + keyIdBytes, at),
    openedAtSeconds: fields.readUInt32BE(at),
    lifeSeconds: fields.readUInt16BE(at + 4),
    digits: shape & ~base32Flag,
    alphabet: shape & base32Flag ? 'base32' : 'digits',
    channels: channels.filter((_, index) => bits & (1 << index)),
  };
}

function authenticate(mac: HmacSha256, subject: Subject, fields: Uint8Array): Buffer {
  const { namespace, purpose, identity } = subject;
  const digest = mac(encodeMessage([namespace, purpose, identity, fields]), 'base64url');
  return Buffer.from(truncateTo16Bytes(digest), 'base64url');
}
