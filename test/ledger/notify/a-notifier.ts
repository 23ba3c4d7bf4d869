// A notifier over a Ledger's tables, whose messages go nowhere unless a test says where.
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import { readConfig } from "../../../src/config.ts";
import { createNotifier, type Notifier, type NotifierOptions } from "../../../src/ledger/notify/notifier.ts";
import { good } from "../../config/a-config.ts";
import { settingsWith } from "../../notify/receivers.ts";
import { noonMs } from "../../notify/records.ts";

export function notifierOn(sql: SqlStorage, NOTIFY: object, change: Partial<NotifierOptions> = {}): Notifier {
	const config = readConfig({ ...good, ...settingsWith(NOTIFY) });
	if (!config.ok) throw new Error(JSON.stringify(config.failure));
	return createNotifier(sql, {
		settings: config.value.notify,
		chats: [],
		kinds,
		post: async () => ({ status: 200, headers: new Headers(), text: "ok" }),
		now: () => noonMs,
		random: () => 0,
		randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
		readRecord: () => null,
		keepOffer: () => "",
		onDue() {},
		...change,
	});
}
