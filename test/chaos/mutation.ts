// One safeguard that is taken out to see whether the tests notice.

export interface Mutation {
	name: string;
	/**
	 * The file, a text that occurs once in it, and its replacement without the safeguard. null changes nothing, and then
	 * no test may fail.
	 */
	patch: { file: string; replace: string; by: string } | null;
	tests: readonly string[];
	/** Whether a chaos can notice. It cannot if its loosened policy switches the safeguard off. */
	chaos: boolean;
}
