import { describeManyProcesses } from './many-processes.js';

describeManyProcesses(100);
