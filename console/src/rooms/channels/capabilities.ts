/** What calls may need and channels may have, as the hub names it. */
export const capabilityNames = ['streaming', 'tools', 'parallel_tools', 'images', 'documents', 'audio', 'json_schema', 'reasoning', 'long_context', 'prompt_caching', 'server_tools', 'stateful'];
