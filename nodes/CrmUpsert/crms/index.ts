import { hubspot } from './hubspot';
import type { CrmChoice } from './types';

export const CRMS: readonly CrmChoice[] = [hubspot];
