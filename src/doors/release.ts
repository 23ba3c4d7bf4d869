// The release. A test keeps it equal to the version in package.json.
export const release = "0.1.0";
