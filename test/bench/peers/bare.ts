// Only the calls to Cloudflare that a deletion needs: list the prefix's bindings, find the right one, DELETE it. If no
// prefix is named, it lists the prefixes first. It checks nothing, keeps nothing and authenticates no one.

interface Env {
	CLOUDFLARE_ACCOUNT_ID: string;
	CLOUDFLARE_API_TOKEN: string;
}
interface Item {
	id: string;
	cidr: string;
}

export default {
	async fetch(request, env) {
		const url = new URL(request.url);
		const cidr = url.pathname.slice(1);
		const prefixes = `https://api.cloudflare.com/client/v4/accounts/${env.CLOUDFLARE_ACCOUNT_ID}/addressing/prefixes`;
		const init = { headers: { authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}` } };
		const list = async (address: string) => {
			const { result } = await (await fetch(address, init)).json<{ result: Item[] }>();
			return result;
		};
		const prefix =
			url.searchParams.get("prefix") ??
			(await list(prefixes)).find((item) => item.cidr === `${cidr.split(".").slice(0, 3).join(".")}.0/24`)?.id;
		const binding = (await list(`${prefixes}/${prefix}/bindings`)).find((item) => item.cidr === cidr);
		const answer = await fetch(`${prefixes}/${prefix}/bindings/${binding?.id}`, { ...init, method: "DELETE" });
		return new Response(await answer.text(), { status: answer.status });
	},
} satisfies ExportedHandler<Env>;
