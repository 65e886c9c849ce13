import { channels } from '../../core/policy.js';
import type { PendingRecord } from '../../ports.js';
import { createByteColumn, createCounterColumn, createNumberColumn, createTextColumn } from './column.js';
import { createExpiringTable, type ExpiringTable } from './expiring-table.js';

export interface StoredRecord extends PendingRecord {
  attemptsLeft: number;
  /** Sends that were not given back. */
  sends: number;
  expiresAt: number;
}

/** The pending records, packed: what is read is a copy, and what has been changed is written back. */
export interface PendingRecords extends Pick<ExpiringTable, 'find' | 'findOrAdd' | 'remove'> {
  read(row: number): StoredRecord;
  write(row: number, record: StoredRecord): void;
}

/** @param maxEntries how many records may be live at once */
export function createPendingRecords(maxEntries: number): PendingRecords {
  const [challenges, keyIds] = [createTextColumn(), createTextColumn()];
  const windows = createNumberColumn();
  const [digits, channelIndexes, mutes] = [createByteColumn(), createByteColumn(), createByteColumn()];
  const [attempts, sends] = [createCounterColumn(), createCounterColumn()];
  const table = createExpiringTable(maxEntries, (row) => challenges.set(row, ''));

  return {
    find: table.find,
    findOrAdd: table.findOrAdd,
    remove: table.remove,
    read: (row) => ({
      challenge: challenges.get(row),
      keyId: keyIds.get(row),
      window: windows.get(row),
      digits: digits.get(row),
      channel: channels[channelIndexes.get(row)] as PendingRecord['channel'],
      mute: mutes.get(row) === 1,
      attemptsLeft: attempts.get(row),
      sends: sends.get(row),
      expiresAt: table.expiresAt(row),
    }),
    write(row, record) {
      challenges.set(row, record.challenge);
      keyIds.set(row, record.keyId);
      windows.set(row, record.window);
      digits.set(row, record.digits);
      channelIndexes.set(row, channels.indexOf(record.channel));
      mutes.set(row, record.mute ? 1 : 0);
      attempts.set(row, record.attemptsLeft);
      sends.set(row, record.sends);
      table.keepUntil(row, record.expiresAt);
    },
  };
}
