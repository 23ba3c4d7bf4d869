/** node:crypto, brought in when it is first needed: imported, it would take a good part of the Worker's start. */
export const nodeCrypto = () => process.getBuiltinModule("node:crypto");
