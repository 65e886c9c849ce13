// A part of npm test: the files of the suite `security`, in one process.
import { listTestFiles } from '../test-files.js';

await Promise.all(listTestFiles('security').map((file) => import(`../../${file}`)));
