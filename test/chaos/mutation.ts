// One safeguard that is taken out to see who notices.

/** The safeguard is named, and the text that takes it out is not written yet. */
export const toFillIn = "to fill in";

export interface Mutation {
	name: string;
	/**
	 * Where it stands, a text that occurs once in that file, and what the file has without it. null leaves everything as it
	 * is: then nobody may complain.
	 */
	patch: { file: string; replace: string; by: string } | typeof toFillIn | null;
	tests: readonly string[];
	/** Whether a chaos can notice; what its loosened policy switches off it cannot. */
	chaos: boolean;
}
