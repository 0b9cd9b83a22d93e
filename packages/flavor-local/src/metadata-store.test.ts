import { describeMetadataStore } from "@modelstack/core/testing";
import { LocalMetadataStore } from "./metadata-store.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

describeMetadataStore("local", async () => {
  const state = temporaryState();
  return {
    store: new LocalMetadataStore(state.connect()),
    reopen: async () => new LocalMetadataStore(state.connect()),
    openEmpty: async () => new LocalMetadataStore(state.connect("other.db")),
    dispose: () => state[Symbol.dispose](),
  };
});
