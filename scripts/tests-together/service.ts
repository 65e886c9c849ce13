// A part of npm test and npm run test:quick: the files of the suite `service`, in one process.
import { listTestFiles } from '../test-files.js';

await Promise.all(listTestFiles('service').map((file) => import(`../../${file}`)));
