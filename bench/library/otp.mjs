// Without limits by address and without a log, as the other libraries are measured.
import { createOperations } from './otp-operations.mjs';

const caller = {};
export const operations = createOperations({}, () => caller);
