// With everything on: each call from an address of its own, and a log that goes nowhere.
import { destination, pino } from 'pino';
import { createAddresses } from './create-otp.mjs';
import { createOperations } from './otp-operations.mjs';

const nextAddress = createAddresses();
const logger = pino({ level: 'info' }, destination({ dest: '/dev/null', sync: true }));
export const operations = createOperations({ logger }, () => ({ ip: nextAddress() }));
