/**
 * The number that sample conversations run on. Nothing on it leaves the installation: messages to its customers are kept in the
 * thread and sent nowhere, and the CRM nodes only say what they would write. So a template can be tried before there is a Meta
 * account, and sample customers never reach a real CRM. Reports leave it out.
 */
export const SIMULATION_CHANNEL = 'simulation';
