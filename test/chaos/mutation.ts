// One safeguard that is taken out to see who notices.

export interface Mutation {
	name: string;
	/**
	 * The file, a text that occurs once in it, and what the file has without the safeguard. null leaves everything as it is:
	 * then nobody may complain.
	 */
	patch: { file: string; replace: string; by: string } | null;
	tests: readonly string[];
	/** Whether a chaos can notice; what its loosened policy switches off it cannot. */
	chaos: boolean;
}
