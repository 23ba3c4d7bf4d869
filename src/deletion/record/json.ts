// The JSON values that unbind stores and sends.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
