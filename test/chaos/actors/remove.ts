// Requests a deletion through the step's door until it gets an answer that a retry cannot change.
import { chatPeople, sender } from "../account.ts";
import { anotherEtag, apiRequest } from "../doors/api.ts";
import { buttonIn, chatCommand, chatPath, chatPress, commandReply, idIn, pressReply } from "../doors/chat.ts";
import { fieldsIn, formOf, ownForm, signIn } from "../doors/page.ts";
import { webhookDelivery, webhookPath } from "../doors/webhook.ts";
import type { Step } from "../schedule.ts";
import type { Answer, Ask, Asked, Stage } from "./ask.ts";

const triesAtMost = 6;
const longestPauseMs = 30_000;

export function createRemover(caller: string, ask: Ask, stage: Stage) {
	const { victim, upstream, witness, clock } = stage;
	const [chatter] = chatPeople;
	let cookie: string | null = null;

	const noteAsked = (step: Step, target: string, by: string, isForbidden = false) =>
		witness.note({ kind: "asked", caller: by, step: step.name, what: "deletion", target, isForbidden });

	async function again(step: Step, asked: Asked): Promise<Answer | null> {
		for (let tries = 0; tries < triesAtMost; tries++) {
			const once = () => ask({ ...asked, leavesAfterMs: step.walksAwayAfterMs });
			const [answer, ...others] = await Promise.all(step.doubled && tries === 0 ? [once(), once()] : [once()]);
			if (!answer || others.some((other) => other === null)) return null;
			const isOpen = answer.status === 202 || (answer.status === 504 && answer.id !== null);
			if (isOpen || ![429, 500, 503, 504].includes(answer.status)) return answer;
			await clock.pause(Math.min(answer.retryAfterMs, longestPauseMs));
		}
		return null;
	}

	async function byApi(step: Step, bindingId: string | null): Promise<Answer | null> {
		let etag: string | null = null;
		if (step.ifMatch !== null) {
			const plan = await ask({ what: "record", step, path: `/bindings/${step.slot.cidr}`, by: caller });
			etag = plan?.headers.get("etag") ?? null;
			if (etag === null) return null;
			if (step.ifMatch === "wrong") etag = anotherEtag(etag);
		}
		const notBefore = step.laterMs === null ? null : new Date(clock.now() + step.laterMs).toISOString();
		const { path, init, target } = apiRequest(step, bindingId, etag, notBefore);
		noteAsked(step, target, caller, step.ifMatch === "wrong" || step.dryRun);
		return again(step, { what: "deletion", step, path, init: () => init, by: caller });
	}

	async function byWebhook(step: Step): Promise<Answer | null> {
		noteAsked(step, step.slot.cidr, sender.name);
		const init = () => webhookDelivery(step, clock.now());
		const asked: Asked = { what: "deletion", step, path: webhookPath, init, by: sender.name };
		const answer = await again(step, asked);
		// A sender that lost the answer delivers again.
		return step.doubled && answer !== null ? ask(asked) : answer;
	}

	async function byChat(step: Step): Promise<Answer | null> {
		const text = `${step.slot.cidr} ${step.name}`;
		const command = () => chatCommand(text, chatter, clock.now());
		const card = await ask({ what: "record", step, path: chatPath, init: command, by: chatter });
		const button = buttonIn(card?.json, "delete") ?? buttonIn(await upstream.mail(commandReply(text)), "delete");
		if (button === null) return null;
		noteAsked(step, step.slot.cidr, chatter);
		const press = () => chatPress(button, chatter, step.name, clock.now());
		const pressed = await ask({ what: "deletion", step, path: chatPath, init: press, by: chatter });
		if (pressed === null) return null;
		const id = idIn(await upstream.mail(pressReply(step.name)));
		if (id !== null) witness.note({ kind: "given", step: step.name, id });
		return { ...pressed, id };
	}

	async function byPage(step: Step): Promise<Answer | null> {
		cookie ??= await signIn(victim, caller).catch(() => null);
		if (cookie === null) return null;
		const headers = { cookie };
		const path = `/account/${step.slot.cidr}`;
		const page = await ask({ what: "record", step, path, init: () => ({ headers }), by: caller });
		if (page?.status === 401) cookie = null;
		const fields = page === null ? null : fieldsIn(page.text, path);
		if (fields === null) return null;
		noteAsked(step, step.slot.cidr, caller);
		const form = formOf([...fields, ["reason", step.name]]);
		const init = () => ({ ...form, headers: { ...form.headers, ...ownForm(victim), ...headers } });
		return again(step, { what: "deletion", step, path, init, by: caller });
	}

	return {
		remove(step: Step, bindingId: string | null): Promise<Answer | null> {
			if (step.door === "webhook") return byWebhook(step);
			if (step.door === "chat") return byChat(step);
			if (step.door === "page") return byPage(step);
			return byApi(step, bindingId);
		},
	};
}
