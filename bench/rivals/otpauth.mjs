import { Secret, TOTP } from 'otpauth';
import { check } from '../library/check.mjs';

const totp = new TOTP({
  secret: new Secret({ buffer: new Uint8Array(32).fill(7).buffer }),
  algorithm: 'SHA256',
  digits: 6,
  period: 30,
});

export const operations = {
  generate: () => () => totp.generate(),
  'verify right': () => {
    const token = totp.generate();
    return () => check('otpauth', totp.validate({ token, window: 1 }) !== null);
  },
  'verify wrong': () => () => totp.validate({ token: '000000', window: 1 }),
};
