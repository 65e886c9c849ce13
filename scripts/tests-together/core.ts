// A part of npm test and npm run test:quick: the files of the suite `core`, in one process.
import { listTestFiles } from '../test-files.js';

await Promise.all(listTestFiles('core').map((file) => import(`../../${file}`)));
