import type * as Library from 'libphonenumber-js';

import { lazily } from './lazily';

/** libphonenumber-js: 84 files, read when the first number is. */
export const phoneNumbers = lazily(() => require('libphonenumber-js') as typeof Library);
