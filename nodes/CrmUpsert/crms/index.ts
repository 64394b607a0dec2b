import { hubspot } from './hubspot';
import { salesforce } from './salesforce';
import type { CrmChoice } from './types';

export const CRMS: readonly CrmChoice[] = [hubspot, salesforce];
