// A part of npm test: the files of the suite `library`, in one process.
import { listTestFiles } from '../test-files.js';

await Promise.all(listTestFiles('library').map((file) => import(`../../${file}`)));
