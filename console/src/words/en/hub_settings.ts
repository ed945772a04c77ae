export const hub_settings = {};
