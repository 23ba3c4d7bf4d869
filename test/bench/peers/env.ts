// The environment of the two peers that keep a history.
export interface PeerEnv {
	HISTORY: KVNamespace;
	TOKEN: string;
	CLOUDFLARE_ACCOUNT_ID: string;
	CLOUDFLARE_API_TOKEN: string;
}
