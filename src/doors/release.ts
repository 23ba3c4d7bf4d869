// The release, as package.json has it; a test keeps them the same.
export const release = "0.1.0";
