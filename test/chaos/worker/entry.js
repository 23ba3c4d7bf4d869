// The Worker's entry for the chaos: the bundle as it ships, in the chaos's world. Production code has no switch for
// this, so the clock, KV, commit reports, object resets and the next release are added around it. It also shows the
// judge the Ledger's own rows, which no door shows.
import { hastenAlarm, setClock, setHere, wind } from "./clock.js";
import { watchCommits } from "./commits.js";
import unbind, { Ledger as Shipped } from "./index.js";
import { kv } from "./kv.js";
import { isNext, mark, release, upgrade } from "./releases.js";

const inChaos = (env) => ({ ...env, HISTORY: kv });

function prepared(ctx) {
	wind(ctx.storage);
	watchCommits(ctx.storage.sql);
	return ctx;
}

export class Ledger extends Shipped {
	constructor(ctx, env) {
		super(prepared(ctx), inChaos(env));
		if (isNext(ctx.storage)) upgrade(ctx.storage);
		ctx.blockConcurrencyWhile(() => hastenAlarm(ctx.storage));
	}

	async alarm(info) {
		if (isNext(this.ctx.storage)) mark(this.ctx.storage);
		await super.alarm(info);
	}

	rows(afterId) {
		const query = `SELECT id, open, settle_at, publish_at, record FROM deletions WHERE id > ? ORDER BY id LIMIT 500`;
		return this.ctx.storage.sql.exec(query, afterId).toArray();
	}

	deliveries(afterId) {
		const query = `SELECT id, event_id, type, deletion_id, destination, state, next_at FROM deliveries
			WHERE id > ? ORDER BY id LIMIT 2000`;
		return this.ctx.storage.sql.exec(query, afterId).toArray();
	}

	/** What the watch has seen, as binding ids without dashes. */
	inventory() {
		const query = "SELECT binding_id AS id, min(gone_at IS NOT NULL) AS isGone FROM lifetimes GROUP BY binding_id";
		return this.ctx.storage.sql.exec(query).toArray();
	}

	/** Records that wait for an approval or their time do not count. */
	unfinished() {
		const query = `SELECT id, state, settle_at, publish_at FROM deletions
			WHERE (open = 1 AND state NOT IN ('pending_approval', 'scheduled'))
				OR (open = 0 AND settle_at IS NOT NULL) OR publish_at IS NOT NULL OR republish_at <= ?`;
		return this.ctx.storage.sql.exec(query, Date.now()).toArray();
	}

	async watching() {
		const { watch, nextAlarmMs } = (await this.status()).facts;
		const nextMs = nextAlarmMs ?? Infinity;
		const isBusy = watch.isLooking || watch.isAsking || nextMs <= Date.now();
		return { isBusy, hasLooked: watch.lookedMs !== null, nextMs };
	}

	setClock(setting) {
		return setClock(setting, this.ctx.storage);
	}

	/** Gives no answer. Every caller that waits for this object is cut off. */
	async reset(as) {
		if (as !== null) await release(as, this.ctx.storage);
		this.ctx.abort("reset by the chaos");
	}
}

const environments = new WeakMap();

export default {
	async fetch(request, env, context) {
		const { pathname, searchParams } = new URL(request.url);
		const setting = request.headers.get("x-chaos-clock");
		if (setting !== null) setHere(JSON.parse(setting));
		const ledger = env.LEDGER.getByName(env.CLOUDFLARE_ACCOUNT_ID);
		switch (pathname) {
			case "/chaos/rows":
				return Response.json(await ledger.rows(searchParams.get("after") ?? ""));
			case "/chaos/deliveries":
				return Response.json(await ledger.deliveries(searchParams.get("after") ?? ""));
			case "/chaos/inventory":
				return Response.json(await ledger.inventory());
			case "/chaos/unfinished":
				return Response.json(await ledger.unfinished());
			case "/chaos/watch":
				return Response.json(await ledger.watching());
			case "/chaos/clock":
				await ledger.setClock(JSON.parse(searchParams.get("setting")));
				return new Response(null);
			case "/chaos/reset":
				await ledger.reset(searchParams.get("as")).catch(() => {});
				return new Response(null);
		}
		// One per environment, because the bundle caches its configuration by it.
		if (!environments.has(env)) environments.set(env, inChaos(env));
		return unbind.fetch(request, environments.get(env), context);
	},
};
