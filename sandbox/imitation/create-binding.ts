// The rules that a new binding must follow. Pure: it checks and builds, and keeps nothing.
import * as v from "valibot";
import { magicTransitId } from "./account.ts";
import { isCanonicalCidr, isInside } from "./cidr.ts";
import { type Answer, type ApiError, refuse } from "./envelope.ts";
import type { Binding, Prefix, State } from "./state.ts";

const requestSchema = v.object({ cidr: v.string(), service_id: v.string() });

const refusal = (status: number, error: ApiError) => ({ refusal: refuse(status, error) });

const badCidr = (why: string) =>
	refusal(400, {
		code: 1001,
		message: `invalid_network_cidr: ${why}`,
		source: { pointer: "/cidr" },
	});

const invalid = (message: string, pointer?: string) =>
	refusal(400, { code: 1003, message, ...(pointer && { source: { pointer } }) });

export function createBinding(
	prefix: Prefix,
	services: State["services"],
	id: string,
	json: unknown,
): { binding: Binding } | { refusal: Answer } {
	const request = v.safeParse(requestSchema, json);
	if (!request.success) return invalid("invalid request body");
	const { cidr, service_id } = request.output;

	if (!isCanonicalCidr(cidr)) return badCidr("not a canonical CIDR");
	if (!isInside(cidr, prefix.cidr)) return badCidr("outside of the prefix");
	const service = services.find((one) => one.id === service_id);
	if (!service) return invalid("unknown service", "/service_id");
	if (prefix.approved !== "V") return invalid("prefix is not approved");
	if (prefix.bindings.some((binding) => binding.cidr === cidr)) {
		const message = `conflict: binding already exists for CIDR ${cidr}`;
		return refusal(409, { code: 1108, message });
	}
	const isDefault = cidr === prefix.cidr;
	if (prefix.bindings.length === 0 && !isDefault) {
		return badCidr("the first binding of a prefix must match its CIDR");
	}
	if (service_id === magicTransitId && !isDefault) {
		return invalid("Magic Transit can only be the default binding", "/service_id");
	}
	const provisioning = { state: "provisioning" };
	return { binding: { id, cidr, service_id, service_name: service.name, provisioning } };
}
