import speakeasy from 'speakeasy';
import { check } from '../library/check.mjs';

const options = {
  secret: Buffer.alloc(32, 7).toString('hex'),
  encoding: 'hex',
  algorithm: 'sha256',
  digits: 6,
  step: 30,
};

export const operations = {
  generate: () => () => speakeasy.totp(options),
  'verify right': () => {
    const token = speakeasy.totp(options);
    return () => check('speakeasy', speakeasy.totp.verify({ ...options, token, window: 1 }));
  },
  'verify wrong': () => () => speakeasy.totp.verify({ ...options, token: '000000', window: 1 }),
};
