// The chat platforms, one file each.
import type { PlatformName } from "../../config/chat.ts";
import { discord } from "./discord.ts";
import { mattermost } from "./mattermost.ts";
import type { Platform } from "./platform.ts";
import { slack } from "./slack.ts";

export const platforms: Record<PlatformName, Platform> = { slack, discord, mattermost };
