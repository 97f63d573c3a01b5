/** What the process gives to every room: its configuration, logger and figures. Injected by these names. */
export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');
export const METRICS = Symbol('metrics');
