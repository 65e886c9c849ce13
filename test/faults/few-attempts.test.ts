import { describeManyProcesses } from './many-processes.js';

describeManyProcesses(5);
