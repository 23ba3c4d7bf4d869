// Files that are served as they are, and imported as texts: see the rules in wrangler.toml.

declare module "*.css" {
	const text: string;
	export default text;
}

declare module "*.client.js" {
	const text: string;
	export default text;
}
