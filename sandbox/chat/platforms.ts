import type { PlatformName } from "../../src/config/chat.ts";
import { discord } from "./discord.ts";
import { mattermost } from "./mattermost.ts";
import type { PlayedPlatform } from "./platform.ts";
import { slack } from "./slack.ts";

export const played: Record<PlatformName, PlayedPlatform> = { slack, discord, mattermost };
