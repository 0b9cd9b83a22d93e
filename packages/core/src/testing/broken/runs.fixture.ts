import type { MetadataStore } from "../../components/metadata-store.ts";
import type { RunEvent } from "../../components/records.ts";
import { StackError } from "../../errors.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { assigned, type Mutation } from "./mutation.fixture.ts";

/** What is said of runs and events. */
export const runMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "a run is what it was created as",
    failing: "gives a run back as it was created",
    breakIt: (store) => ({ createRun: ({ commit: _, ...run }, plan) => store.createRun(run, plan) }),
  },
  {
    rule: "a run's tags may have any key",
    failing: "gives awkward tags and commands back equal",
    breakIt: (store) => ({ createRun: (run, plan) => store.createRun({ ...run, tags: assigned(run.tags) }, plan) }),
  },
  {
    rule: "a run may be written again",
    failing: "takes the same run again",
    breakIt: (store) => {
      const texts = new Map<string, string>();
      return {
        createRun: async (run, plan) => {
          const text = JSON.stringify(run);
          if ((texts.get(run.id) ?? text) !== text) throw new StackError("FACT_CONFLICT", "Another text.");
          texts.set(run.id, text);
          await store.createRun(run, plan);
        },
      };
    },
  },
  {
    rule: "a run never changes",
    failing: "refuses another run of the same id as FACT_CONFLICT and leaves the first",
    breakIt: (store) => ({ createRun: (run, plan) => store.createRun(run, plan).catch(() => undefined) }),
  },
  {
    rule: "an unknown run is RUN_NOT_FOUND",
    failing: "refuses an unknown run as RUN_NOT_FOUND",
    breakIt: (store) => ({ getRun: async (id) => (await store.listRuns({ idPrefix: id })).items[0]! }),
  },
  {
    rule: "a plan is stored with its run",
    failing: "gives the plan of a run back equal",
    breakIt: (store) => ({ createRun: (run, plan) => store.createRun(run, { ...plan, params: {} }) }),
  },
  {
    rule: "an unknown plan is ARTIFACT_NOT_FOUND",
    failing: "refuses an unknown plan as ARTIFACT_NOT_FOUND",
    breakIt: (store) => ({
      getPlan: (digest) => store.getPlan(digest).catch(() => Promise.reject(new StackError("RUN_NOT_FOUND", "None."))),
    }),
  },
  {
    rule: "runs are listed newest first",
    failing: "lists runs newest first",
    breakIt: (store) => ({ listRuns: async () => ({ items: (await store.listRuns()).items.toReversed() }) }),
  },
  {
    rule: "runs are paged",
    failing: "lists runs in pages",
    breakIt: (store) => ({ listRuns: async (query) => ({ items: (await store.listRuns(query)).items }) }),
  },
  {
    rule: "runs are found by their pipeline",
    failing: "lists the runs of a pipeline",
    breakIt: (store) => ({ listRuns: ({ pipeline: _, ...query } = {}) => store.listRuns(query) }),
  },
  {
    rule: "a run's name is asked for exactly",
    failing: "lists the runs of a name, the exact one",
    breakIt: (store) => ({
      listRuns: async ({ name = "" } = {}) => ({
        items: (await store.listRuns()).items.filter((run) => run.name.startsWith(name)),
      }),
    }),
  },
  {
    rule: "a prefix is data, not a pattern",
    failing: "lists the runs whose id starts so",
    breakIt: (store) => ({
      listRuns: ({ idPrefix = "", ...query } = {}) => store.listRuns({ ...query, idPrefix: idPrefix.replace("%", "") }),
    }),
  },
  {
    rule: "every part of a query must fit",
    failing: "lists runs that fit every part of a query, in pages",
    breakIt: (store) => ({ listRuns: ({ name: _, ...query } = {}) => store.listRuns(query) }),
  },
  {
    rule: "runs are there for others",
    failing: "has runs once it is opened again",
    reopen: () => new InMemoryMetadataStore(),
  },
  {
    rule: "a held run is running",
    failing: "says that a run is running while somebody holds it",
    breakIt: (store) => ({ getRun: async (id) => ({ ...(await store.getRun(id)), status: "interrupted" }) }),
  },
  {
    rule: "a run of which a part is held is running",
    failing: "says that a run is running while somebody holds one of its instances",
    breakIt: (store) => {
      const held = new Set<string>();
      return {
        acquireLease: (scope, ...about) => {
          held.add(scope);
          return store.acquireLease(scope, ...about);
        },
        getRun: async (id) => ({
          ...(await store.getRun(id)),
          status: held.has(`run/${id}`) ? ("running" as const) : ("interrupted" as const),
        }),
      };
    },
  },
  {
    rule: "a run's start is in its events",
    failing: "says when a run started and which tracked run it has",
    breakIt: (store) => ({
      getRun: async (id) => {
        const { trackedRun: _, ...run } = await store.getRun(id);
        return run;
      },
    }),
  },
  {
    rule: "a finished run stays so",
    failing: "says that a run that finished so is failed, held or not",
    breakIt: (store) => {
      const released = new Set<string>();
      return {
        releaseLease: async (lease) => {
          released.add(lease.scope);
          await store.releaseLease(lease);
        },
        getRun: async (id) => {
          const run = await store.getRun(id);
          return released.has(`run/${id}`) ? { ...run, status: "interrupted" } : run;
        },
      };
    },
  },
  {
    rule: "an unfinished run that nobody holds is interrupted",
    failing: "says that an unfinished run whose holder let go is interrupted",
    breakIt: (store) => ({ releaseLease: async () => void store }),
  },
  {
    rule: "an interrupted run may go on",
    failing: "says that an interrupted run that somebody takes up again is running",
    breakIt: (store) => {
      let interrupted = false;
      return {
        releaseLease: async (lease) => {
          interrupted = true;
          await store.releaseLease(lease);
        },
        getRun: async (id) => {
          const run = await store.getRun(id);
          return interrupted ? { ...run, status: "interrupted" } : run;
        },
      };
    },
  },
  {
    rule: "a holder's time ends",
    failing: "says that an unfinished run whose holder's time is over is interrupted",
    breakIt: (store) => ({ acquireLease: (scope, holder) => store.acquireLease(scope, holder, 3600) }),
  },
  {
    rule: "a dead process holds nothing",
    failing: "says that an unfinished run whose process has died is interrupted",
    breakIt: (store) => ({
      acquireLease: (scope, holder, seconds) => store.acquireLease(scope, { ...holder, host: "elsewhere" }, seconds),
    }),
  },
  {
    rule: "lists and runs agree on the status",
    failing: "lists the runs of a status as it says of each",
    breakIt: (store) => ({
      listRuns: ({ status, ...query } = {}) =>
        store.listRuns(
          status === undefined ? query : { ...query, status: status === "interrupted" ? "running" : status },
        ),
    }),
  },
  {
    rule: "a page of a status is not cut before it is filtered",
    failing: "lists the runs that are interrupted in pages",
    breakIt: (store) => ({
      listRuns: async ({ status, ...query } = {}) => {
        const { items, ...page } = await store.listRuns(query);
        const fitting = items.filter((run) => status === undefined || run.status === status);
        return fitting.length < items.length ? { items: fitting } : { ...page, items: fitting };
      },
    }),
  },
  {
    rule: "all of an event is kept",
    failing: "gives events of every kind back as they were",
    breakIt: (store) => ({
      events: async (run) =>
        (await store.events(run)).map((event) =>
          event.kind === "cancel-requested" ? { ...event, reason: "?" } : event,
        ),
    }),
  },
  {
    rule: "events are in their writer's order",
    failing: "gives events by writer and its order",
    breakIt: (store) => {
      const arrived: RunEvent[] = [];
      return {
        append: async (events) => {
          arrived.push(...events);
          await store.append(events);
        },
        events: async () => arrived,
      };
    },
  },
  {
    rule: "an event may be written again",
    failing: "takes the same events again",
    breakIt: () => {
      const arrived: RunEvent[] = [];
      return { append: async (events) => void arrived.push(...events), events: async () => arrived };
    },
  },
  {
    rule: "an event is its content, not its text",
    failing: "takes an event again whatever the order of its keys",
    breakIt: (store) => {
      const texts = new Map<string, string>();
      return {
        append: async (events) => {
          for (const event of events) {
            const [key, text] = [`${event.writer} ${event.seq}`, JSON.stringify(event)];
            if ((texts.get(key) ?? text) !== text) throw new StackError("FACT_CONFLICT", "Another text.");
            texts.set(key, text);
          }
          await store.append(events);
        },
      };
    },
  },
  {
    rule: "an event never changes",
    failing: "refuses another event under the same writer and number as FACT_CONFLICT and takes none of the call",
    breakIt: (store) => ({ append: (events) => store.append(events).catch(() => undefined) }),
  },
  {
    rule: "events of one call are taken together",
    failing: "refuses another event under the same writer and number as FACT_CONFLICT and takes none of the call",
    breakIt: (store) => ({
      append: async (events) => {
        for (const event of events) await store.append([event]);
      },
    }),
  },
  {
    rule: "an event's time is a part of it",
    failing: "refuses an event at another time under the same writer and number as FACT_CONFLICT",
    breakIt: (store) => ({ append: (events) => store.append(events).catch(() => undefined) }),
  },
  {
    rule: "a run's events are its own",
    failing: "keeps the events of runs apart",
    breakIt: (store) => ({
      events: async () => {
        const { items } = await store.listRuns();
        return (await Promise.all(items.map(({ id }) => store.events(id)))).flat();
      },
    }),
  },
  {
    rule: "no event is lost",
    failing: "loses none of the events that are appended at once",
    breakIt: (store) => {
      let count = 0;
      return { append: async (events) => (++count === 7 ? undefined : store.append(events)) };
    },
  },
  {
    rule: "others see events at once",
    failing: "shows events to others at once",
    reopen: () => new InMemoryMetadataStore(),
  },
];
