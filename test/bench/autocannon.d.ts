// Types for the part of autocannon that the benchmark uses. The package ships none.
declare module "autocannon" {
	interface Options {
		url: string;
		headers: Record<string, string>;
		connections: number;
		/** Seconds. */
		duration: number;
	}
	interface Results {
		requests: { average: number; total: number };
		statusCodeStats: Record<string, { count: number }>;
		errors: number;
	}
	export default function autocannon(options: Options): Promise<Results>;
}
