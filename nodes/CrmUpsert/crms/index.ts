import { hubspot } from './hubspot';
import { pipedrive } from './pipedrive';
import { salesforce } from './salesforce';
import type { CrmChoice } from './types';

export const CRMS: readonly CrmChoice[] = [hubspot, pipedrive, salesforce];
