import { definePlugin, type Plugin } from "@modelstack/core/stack";

const plugin: Plugin = definePlugin({ api: 1, flavors: [] });
export default plugin;
