import { channels } from '../../core/policy.js';
import type { PendingRecord } from '../../ports.js';
import { createByteColumn, createCounterColumn, createNumberColumn, createTextColumn } from './column.js';
import { createExpiringTable } from './expiring-table.js';

export interface StoredRecord extends PendingRecord {
  attemptsLeft: number;
  /** Sends that were not given back. */
  sends: number;
  expiresAt: number;
}

/** The pending records by name, packed: what is read is a copy, and what is changed must be put back. */
export interface PendingRecords {
  /** The live record, if there is one. */
  get(name: string, now: number): StoredRecord | undefined;
  /** False when there are as many live records as there may be; nothing is stored then. */
  set(name: string, record: StoredRecord, now: number): boolean;
  delete(name: string, now: number): void;
  /** Whether a record with a new name could be stored. */
  hasRoom(now: number): boolean;
}

/** @param maxEntries how many records may be live at once */
export function createPendingRecords(maxEntries: number): PendingRecords {
  const [challenges, keyIds] = [createTextColumn(), createTextColumn()];
  const windows = createNumberColumn();
  const [digits, channelNumbers, mutes] = [createByteColumn(), createByteColumn(), createByteColumn()];
  const [attempts, sends] = [createCounterColumn(), createCounterColumn()];
  const table = createExpiringTable(maxEntries, (row) => challenges.set(row, ''));

  return {
    get(name, now) {
      const row = table.find(name, now);
      if (row < 0) return undefined;
      return {
        challenge: challenges.get(row),
        keyId: keyIds.get(row),
        window: windows.get(row),
        digits: digits.get(row),
        channel: channels[channelNumbers.get(row)] as PendingRecord['channel'],
        mute: mutes.get(row) === 1,
        attemptsLeft: attempts.get(row),
        sends: sends.get(row),
        expiresAt: table.expiresAt(row),
      };
    },
    set(name, record, now) {
      const known = table.find(name, now);
      const row = known < 0 ? table.add(name, record.expiresAt, now) : known;
      if (row < 0) return false;
      table.keepUntil(row, record.expiresAt);
      challenges.set(row, record.challenge);
      keyIds.set(row, record.keyId);
      windows.set(row, record.window);
      digits.set(row, record.digits);
      channelNumbers.set(row, channels.indexOf(record.channel));
      mutes.set(row, record.mute ? 1 : 0);
      attempts.set(row, record.attemptsLeft);
      sends.set(row, record.sends);
      return true;
    },
    delete(name, now) {
      const row = table.find(name, now);
      if (row >= 0) table.remove(row);
    },
    hasRoom: table.hasRoom,
  };
}
