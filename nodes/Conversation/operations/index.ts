import { addNote } from './addNote';
import { claim, reassign, release, resolve, returnToBot } from './events';
import { get } from './get';
import type { Operation } from './operation';
import { recordMessage } from './recordMessage';
import { reply } from './reply';
import { signInLink } from './signInLink';

/** Every operation of the node, in the order in which it is offered. To add one, add its file and its name here. */
export const operations: readonly Operation[] = [
	addNote,
	claim,
	signInLink,
	get,
	reassign,
	recordMessage,
	release,
	reply,
	resolve,
	returnToBot,
];
