// Without limits over a day or by address and without a log, as the other libraries are measured.
import { createOperations } from './otp-operations.mjs';

const caller = {};
export const operations = createOperations({ dayBudgets: 'off' }, () => caller);
