// The types of `env` and `exports` for the tests inside workerd.
import type { Env } from "../src/config.ts";
import type worker from "../src/index.ts";

declare global {
	namespace Cloudflare {
		interface Env extends WorkerEnv {}
		interface GlobalProps {
			mainModule: { default: typeof worker; Ledger: typeof import("../src/index.ts").Ledger };
		}
	}
}
type WorkerEnv = Omit<Env, "LEDGER"> & { LEDGER: DurableObjectNamespace<import("../src/index.ts").Ledger> };
