// Types for the part of autocannon that the benchmark uses. The package ships none.
declare module "autocannon" {
	interface Options {
		url: string;
		method?: "GET" | "POST";
		headers: Record<string, string>;
		body?: string;
		connections: number;
		/** Seconds. */
		duration: number;
		/** Threads of their own, so that what is measured beside them has this one. */
		workers?: number;
	}
	interface Results {
		requests: { average: number; total: number };
		statusCodeStats: Record<string, { count: number }>;
		errors: number;
	}
	export default function autocannon(options: Options): Promise<Results>;
}
