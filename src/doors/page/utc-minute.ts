// A time out of a form: browsers send what somebody typed without a zone, and the form says that it is UTC.

import * as v from "valibot";
import { timeSchema } from "../request/input.ts";

export const utcMinute = v.pipe(
	v.string(),
	v.transform((text) => (/T\d\d:\d\d(?::\d\d)?$/.test(text) ? `${text}Z` : text)),
	timeSchema,
);
