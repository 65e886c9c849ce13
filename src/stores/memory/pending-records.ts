import { type Channel, channels } from '../../core/policy.js';
import type { PendingRecord } from '../../store-verbs.js';
import { ExpiringTable, firstField } from './expiring-table.js';
import { createKeyReader, type Key, wordsPerKey } from './key.js';

export interface StoredRecord extends PendingRecord {
  /** In the order of the constant of this name. */
  channels: readonly Channel[];
  attemptsLeft: number;
  /** Sends that were not given back. */
  sends: number;
  expiresAt: number;
}

/** The pending records, packed: what is read is a copy, and what has been changed is written back. */
export interface PendingRecords extends Pick<ExpiringTable, 'find' | 'findOrAdd' | 'remove'> {
  read(row: number): StoredRecord;
  /** @throws RangeError for a challenge that is not 16 bytes as base64url */
  write(row: number, record: StoredRecord): void;
  writeAttempts(row: number, attemptsLeft: number): void;
  hasChallenge(row: number, challenge: string): boolean;
}

const challengeField = firstField;
const windowField = challengeField + wordsPerKey;
const keyIdField = windowField + 2;
const attemptsField = keyIdField + 1;
const sendsField = attemptsField + 1;
/** Digits, channel, whether it is mute, and the channels of all sends as bits: a byte each. */
const kindField = sendsField + 1;
const fields = kindField + 1 - firstField;

/** The channels for which each number has a bit. */
const channelSets = Array.from({ length: 2 ** channels.length }, (_, bits) =>
  channels.filter((_, index) => (bits >>> index) & 1),
);

/** @param maxEntries how many records may be live at once */
export function createPendingRecords(maxEntries: number): PendingRecords {
  const table = new ExpiringTable({ maxEntries, fields });
  const { rows } = table;
  const challenges = createKeyReader();
  const challengeWords: Key = new Uint32Array(wordsPerKey);
  /** All that there have been: few, one for each key of the codes. */
  const keyIds: string[] = [];

  function numberKeyId(keyId: string): number {
    const known = keyIds.indexOf(keyId);
    return known === -1 ? keyIds.push(keyId) - 1 : known;
  }

  function readChallenge(row: number): string {
    for (let i = 0; i < wordsPerKey; i++) challengeWords[i] = rows.word(row, challengeField + i);
    return challenges.write(challengeWords);
  }

  return {
    find: (key, now) => table.find(key, now),
    findOrAdd: (key, expiresAt, now) => table.findOrAdd(key, expiresAt, now),
    remove: (row) => table.remove(row),
    read(row) {
      const kind = rows.word(row, kindField);
      return {
        challenge: readChallenge(row),
        keyId: keyIds[rows.word(row, keyIdField)] as string,
        window: rows.number(row, windowField),
        digits: kind & 0xff,
        channel: channels[(kind >>> 8) & 0xff] as PendingRecord['channel'],
        channels: channelSets[kind >>> 24] as readonly Channel[],
        mute: ((kind >>> 16) & 0xff) === 1,
        attemptsLeft: rows.word(row, attemptsField),
        sends: rows.word(row, sendsField),
        expiresAt: table.expiresAt(row),
      };
    },
    write(row, record) {
      const challenge = challenges.readTag(record.challenge);
      if (!challenge) throw new RangeError('newChallenge must be 16 bytes as base64url');
      for (let i = 0; i < wordsPerKey; i++) rows.setWord(row, challengeField + i, challenge[i] as number);
      rows.setNumber(row, windowField, record.window);
      rows.setWord(row, keyIdField, numberKeyId(record.keyId));
      rows.setWord(row, attemptsField, record.attemptsLeft);
      rows.setWord(row, sendsField, record.sends);
      const channel = channels.indexOf(record.channel);
      const sentOver = record.channels.reduce((bits, each) => bits | (1 << channels.indexOf(each)), 0);
      const kind = record.digits | (channel << 8) | (record.mute ? 1 << 16 : 0) | (sentOver << 24);
      rows.setWord(row, kindField, kind);
      table.keepUntil(row, record.expiresAt);
    },
    writeAttempts: (row, attemptsLeft) => rows.setWord(row, attemptsField, attemptsLeft),
    hasChallenge(row, challenge) {
      const words = challenges.readTag(challenge);
      return words?.every((word, i) => rows.word(row, challengeField + i) === word) ?? false;
    },
  };
}
