// What the pages add to plain HTML: live changes, keys, copying, local times. Everything works without it. It fetches only
// the page it is on.

const longestPollMs = 60_000;

/** @param {string} selector */
const all = (selector) => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector));
/** @param {string} selector */
const one = (selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));

/** Choices kept on this device, if it allows that. */
const kept = {
	/** @param {string} name */
	get(name) {
		try {
			return localStorage.getItem(`unbind.${name}`);
		} catch {
			return null;
		}
	},
	/** @param {string} name @param {string} value */
	set(name, value) {
		try {
			localStorage.setItem(`unbind.${name}`, value);
		} catch {
			// The choice then lasts for this page.
		}
	},
};

// Times.

const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const distance = new Intl.RelativeTimeFormat("en", { style: "long", numeric: "always" });
const times = /** @type {HTMLSelectElement | null} */ (one("#times"));
const hourMs = 3_600_000;
/** Uses a unit only from two up, so that "in 90 minutes" does not become "in 2 hours". @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [
	["day", 24 * hourMs],
	["hour", hourMs],
	["minute", 60_000],
	["second", 1000],
];

/** @param {number} ms */
function distanceOf(ms) {
	const [unit, unitMs] = units.find(([, length]) => Math.abs(ms) >= 2 * length) ?? ["second", 1000];
	return Math.abs(ms) < 1000 ? "just now" : distance.format(Math.round(ms / unitMs), unit);
}

/** @param {string} how */
function showTimes(how = times?.value ?? "utc") {
	for (const time of all("time[data-time]")) {
		const at = new Date(time.getAttribute("datetime") ?? "");
		if (time.dataset.time === "") time.dataset.time = time.textContent ?? "";
		const [utc, local] = [time.dataset.time ?? "", localTime.format(at)];
		const isAgo = how === "ago" && time.dataset.ago !== undefined;
		const text = how === "local" ? local : isAgo ? distanceOf(at.getTime() - Date.now()) : utc;
		if (time.textContent !== text) time.textContent = text;
		time.title = how === "local" ? utc : isAgo ? `${utc}, ${local}` : local;
	}
}

const timesKept = kept.get("time");
if (times !== null && timesKept !== null) times.value = timesKept;
times?.addEventListener("change", () => {
	kept.set("time", times.value);
	showTimes();
});
setInterval(showTimes, 15_000);
// Paper cannot count on.
addEventListener("beforeprint", () => showTimes(times?.value === "local" ? "local" : "utc"));
addEventListener("afterprint", () => showTimes());

// Copying.

/** @param {HTMLElement} button */
async function copy(button) {
	await navigator.clipboard.writeText(button.dataset.copy ?? "");
	button.textContent = "Copied";
	setTimeout(() => {
		button.textContent = "Copy";
	}, 1500);
}

// Live changes.

const tail = one("[data-tail]");
/** Faster on a single deletion, where someone is waiting. */
const pollMs = one("#rows") === null ? 2000 : 5000;
let isPaused = false;
/** The version of what is shown. */
let etag = one("[data-live]")?.dataset.live ?? "";
let pauseMs = pollMs;
let isOutOfReach = false;

/** @param {string} text */
function say(text) {
	if (tail !== null && tail.textContent !== text) tail.textContent = text;
}

/** For screen readers. @param {string} text */
function tell(text) {
	const news = one("#news");
	if (news !== null) news.textContent = text;
}

/** Someone is using this part of the page, so it must not be replaced now. */
const isInUse = () => one("main details.confirm[open]") !== null || getSelection()?.isCollapsed === false;

async function look() {
	const answer = await fetch(location.href, { headers: { "if-none-match": etag }, cache: "no-store" });
	if (isOutOfReach) say("Live");
	isOutOfReach = false;
	if (answer.status === 304) return;
	if (answer.status === 401) {
		isPaused = true;
		return say("You are signed out. Reload the page to sign in.");
	}
	if (!answer.ok) throw new Error(String(answer.status));
	etag = answer.headers.get("etag") ?? "";
	swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

/** @param {Document} page */
function swap(page) {
	const focused = document.activeElement?.getAttribute("href");
	const before = new Set(recordsShown());
	const regions = one("#rows") === null ? ["#main"] : ["#rows", "#chart"];
	for (const region of [...regions, "#banner", "#pages"]) {
		const fresh = page.querySelector(region);
		const stale = one(region);
		if (fresh === null || stale === null) continue;
		const opened = [...stale.querySelectorAll("details")].map((one) => one.open);
		for (const [index, one] of fresh.querySelectorAll("details").entries()) one.open = opened[index] ?? false;
		stale.replaceWith(fresh);
	}
	if (focused) one(`a[href="${CSS.escape(focused)}"]`)?.focus();
	const news = recordsShown().filter((path) => !before.has(path));
	for (const path of news) one(`#rows [data-row]:has([href="${path}"])`)?.classList.add("new");
	dress();
	const state = one("h1 + [data-state]")?.textContent;
	if (state) tell(`Now: ${state}`);
	else say(news.length === 0 ? "Live" : `Live: ${news.length} new`);
}

const recordsShown = () => [...all("#rows .what a")].map((link) => link.getAttribute("href") ?? "");

async function follow() {
	const isLive = one("[data-live]") !== null;
	if (isLive && !isPaused && !document.hidden && !isInUse()) {
		try {
			await look();
			pauseMs = pollMs;
		} catch {
			isOutOfReach = true;
			say("unbind is unreachable. Trying again.");
			pauseMs = Math.min(pauseMs * 2, longestPollMs);
		}
	}
	if (isLive) setTimeout(follow, pauseMs);
}

// Second steps: only Cancel and Escape close them.

/** @param {Element | null | undefined} step */
function close(step) {
	if (!(step instanceof HTMLDetailsElement)) return;
	step.open = false;
	step.querySelector("summary")?.focus();
}

document.addEventListener("keydown", (event) => {
	if (event.key !== "Escape" || keys?.open) return;
	const focused = document.activeElement?.closest("details.confirm[open]");
	close(focused ?? one("details.confirm[open]"));
});

// Keys.

const keysOn = /** @type {HTMLInputElement | null} */ (one("#keys-on"));
const keys = /** @type {HTMLDialogElement | null} */ (one("#keys"));

/** @param {number} step */
function move(step) {
	const links = [...all("main [data-row]")].map(
		(row) => /** @type {HTMLElement | null} */ (row.matches("a") ? row : row.querySelector(".what a")),
	);
	const at = links.findIndex((link) => link?.closest("[data-row]")?.contains(document.activeElement));
	const next = at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step;
	links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

/** @type {Record<string, () => void>} */
const bindings = {
	j: () => move(1),
	k: () => move(-1),
	"/": () => one("#q, #covering")?.focus(),
	"?": () => keys?.showModal(),
};

document.addEventListener("keydown", (event) => {
	const { key, target, ctrlKey, metaKey, altKey } = event;
	if (ctrlKey || metaKey || altKey || keysOn?.checked === false || keys?.open) return;
	if (target instanceof Element && target.closest("input, select, textarea")) return;
	const act = bindings[key];
	if (act === undefined) return;
	event.preventDefault();
	act();
});

// Forms.

document.addEventListener("formdata", ({ target, formData }) => {
	if (!(target instanceof HTMLFormElement) || !target.matches("[data-tidy]")) return;
	for (const name of new Set(formData.keys())) {
		const values = formData.getAll(name).filter((value) => value !== "");
		formData.delete(name);
		for (const value of values) formData.append(name, value);
	}
});

// A second press while the form is being sent does nothing.
document.addEventListener("submit", (event) => {
	const form = event.target;
	if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
	if (form.dataset.sent) event.preventDefault();
	form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
	for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

/** Shows what only works with this script. */
function dress() {
	for (const item of all("[data-copy], [data-scripted]")) item.hidden = false;
	if (one("[data-live]") !== null) for (const item of all("[data-tail], [data-pause]")) item.hidden = false;
	showTimes();
}

document.addEventListener("click", (event) => {
	const cancel = event.target instanceof Element ? event.target.closest("[data-cancel]") : null;
	if (cancel === null) return;
	event.preventDefault();
	close(cancel.closest("details"));
});

document.addEventListener("click", ({ target }) => {
	const button = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("button")) : null;
	if (button === null) return;
	if (button.dataset.copy !== undefined) void copy(button);
	if (button.dataset.help !== undefined) keys?.showModal();
	if (button.dataset.pause !== undefined) {
		isPaused = !isPaused;
		button.textContent = isPaused ? "Resume" : "Pause";
		button.setAttribute("aria-pressed", String(isPaused));
		say(isPaused ? "Paused" : "Live");
	}
});

if (keysOn !== null) {
	keysOn.checked = kept.get("keys") !== "off";
	keysOn.addEventListener("change", () => kept.set("keys", keysOn.checked ? "on" : "off"));
}
dress();
if (one("[data-live]") !== null) {
	say("Live");
	setTimeout(follow, pauseMs);
}
