// With everything on: each call from an address of its own, and a log that goes nowhere.
import { destination, pino } from 'pino';
import { createOperations } from './otp-operations.mjs';

let last = 0;
const createCaller = () => {
  last += 1;
  return { ip: `11.${(last >> 16) & 255}.${(last >> 8) & 255}.${last & 255}` };
};
const logger = pino({ level: 'info' }, destination({ dest: '/dev/null', sync: true }));
export const operations = createOperations({ logger }, createCaller);
