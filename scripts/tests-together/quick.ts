// A part of npm test: the files of the suite `quick`, in one process.
import { listTestFiles } from '../test-files.js';

await Promise.all(listTestFiles('quick').map((file) => import(`../../${file}`)));
