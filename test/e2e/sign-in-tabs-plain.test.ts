import { describeTabs } from '../helpers/sign-in-tabs.js';

describeTabs(false);
