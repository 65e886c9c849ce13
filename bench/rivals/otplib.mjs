import { crypto } from '@otplib/plugin-crypto-node';
import { generateSync, verifySync } from 'otplib';
import { check } from '../library/check.mjs';

const options = { secret: Buffer.alloc(32, 7), algorithm: 'sha256', digits: 6, period: 30, crypto };

export const operations = {
  generate: () => () => generateSync(options),
  'verify right': () => {
    const token = generateSync(options);
    return () => check('otplib', verifySync({ ...options, token, epochTolerance: 30 }).valid);
  },
  'verify wrong': () => () => verifySync({ ...options, token: '000000', epochTolerance: 30 }),
};
