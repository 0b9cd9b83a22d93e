/**
 * The schema, as steps that are only ever added to. Each is applied once, in order, in one transaction; the file's `user_version` says how
 * many were.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE plan (digest TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, pipeline TEXT NOT NULL, plan TEXT NOT NULL REFERENCES plan (digest), json TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- A view over the events, kept up to date as they are appended.
    status TEXT NOT NULL DEFAULT 'running', started_at TEXT, finished_at TEXT, tracked_run TEXT, cause TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX run_by_pipeline ON run (pipeline, id);
  CREATE TABLE event (
    run TEXT NOT NULL, writer TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (run, writer, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE attempt (
    id TEXT PRIMARY KEY, run TEXT NOT NULL, instance TEXT NOT NULL, fence INTEGER NOT NULL, status TEXT NOT NULL, json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempt_by_run ON attempt (run, instance);
  CREATE TABLE artifact (
    digest TEXT PRIMARY KEY, size INTEGER NOT NULL, type TEXT NOT NULL, form TEXT NOT NULL, inline BLOB, created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE output (
    run TEXT NOT NULL, instance TEXT NOT NULL, name TEXT NOT NULL, "index" INTEGER NOT NULL, digest TEXT NOT NULL,
    file_name TEXT, artifact_name TEXT, PRIMARY KEY (run, instance, name, "index")
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX output_by_digest ON output (digest);
  CREATE TABLE input (
    attempt TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, from_run TEXT NOT NULL, from_instance TEXT NOT NULL,
    from_output TEXT NOT NULL, PRIMARY KEY (attempt, name, from_run, from_instance, from_output)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE named_artifact (
    name TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL, instance TEXT NOT NULL, output TEXT NOT NULL,
    created_at TEXT NOT NULL, PRIMARY KEY (name, version), UNIQUE (name, digest)
  ) STRICT, WITHOUT ROWID;
  -- Outlives the versions, so that a deleted number is not given again.
  CREATE TABLE artifact_name (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE effect (key TEXT PRIMARY KEY, intent TEXT NOT NULL, created_at TEXT NOT NULL, done TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE lease (
    run TEXT NOT NULL, scope TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, process_start TEXT NOT NULL,
    fence INTEGER NOT NULL, expires_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lease_by_run ON lease (run);

  CREATE TABLE experiment (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, tags TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
  CREATE TABLE tracked_run (
    id TEXT PRIMARY KEY, experiment TEXT NOT NULL REFERENCES experiment (id), name TEXT NOT NULL, status TEXT NOT NULL, parent TEXT,
    started_at INTEGER NOT NULL, ended_at INTEGER
  ) STRICT;
  CREATE INDEX tracked_run_by_experiment ON tracked_run (experiment, started_at);
  CREATE TABLE param (run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE run_tag (run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;
  -- A value that REAL does not keep (NaN, infinities, -0) stands in special.
  CREATE TABLE metric (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, value REAL, special TEXT, step INTEGER NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX metric_by_step ON metric (run, key, step, at, id);
  CREATE TABLE run_input (
    run TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (run, name, version, source, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run_file (
    run TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, inline BLOB, PRIMARY KEY (run, path)
  ) STRICT;

  CREATE TABLE model (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    deleted_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX model_by_name ON model (name) WHERE deleted_at IS NULL;
  CREATE TABLE model_version (
    id INTEGER PRIMARY KEY, model INTEGER NOT NULL REFERENCES model (id), version TEXT NOT NULL, description TEXT NOT NULL,
    stage TEXT NOT NULL, params TEXT NOT NULL, metrics TEXT NOT NULL, model_digest TEXT NOT NULL, source TEXT NOT NULL,
    tracked_run TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER, UNIQUE (model, version)
  ) STRICT;
  -- version 0 means the model itself.
  CREATE TABLE model_tag (
    model INTEGER NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, version, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX model_tag_by_value ON model_tag (key, value);
  CREATE TABLE model_alias (
    model INTEGER NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model_file (
    version INTEGER NOT NULL, part TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (version, part, path)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model_comment (
    id INTEGER PRIMARY KEY, model INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, text TEXT NOT NULL
  ) STRICT;
  -- Only ever added to.
  CREATE TABLE model_change (
    id INTEGER PRIMARY KEY, model INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT,
    run TEXT, kind TEXT NOT NULL, subject TEXT, "from" TEXT, "to" TEXT
  ) STRICT;
  CREATE INDEX model_change_by_model ON model_change (model, version);
  `,
  `
  -- Beside input: what came from a model registry rather than from an output.
  CREATE TABLE input_model (
    attempt TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL, stack TEXT NOT NULL,
    uri TEXT NOT NULL, PRIMARY KEY (attempt, name, uri)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX input_model_by_version ON input_model (model, version);
  `,
  `
  -- ANY keeps every double but NaN, which is NULL; REAL would make -0 into 0.
  CREATE TABLE point (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, value ANY, step INTEGER NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO point SELECT id, run, key, CASE special
    WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 WHEN '-0' THEN -0.0 WHEN 'NaN' THEN NULL ELSE value END, step, at FROM metric;
  DROP TABLE metric;
  ALTER TABLE point RENAME TO metric;
  CREATE INDEX metric_by_step ON metric (run, key, step, at, id);
  -- Follows from metric, kept up to date as points are logged, so that searches and lists need not look at every point.
  CREATE TABLE metric_summary (
    run TEXT NOT NULL, key TEXT NOT NULL, count INTEGER NOT NULL, last ANY, last_step INTEGER NOT NULL, last_at INTEGER NOT NULL,
    min ANY, min_step INTEGER, min_at INTEGER, max ANY, max_step INTEGER, max_at INTEGER, PRIMARY KEY (run, key)
  ) STRICT, WITHOUT ROWID;
  WITH place AS (
    SELECT run, key, value, step, at, count(*) OVER (PARTITION BY run, key) AS count,
      row_number() OVER (PARTITION BY run, key ORDER BY step DESC, at DESC, id DESC) AS last,
      row_number() OVER (PARTITION BY run, key ORDER BY value IS NULL, value, step, at, id) AS min,
      row_number() OVER (PARTITION BY run, key ORDER BY value IS NULL, value DESC, step, at, id) AS max
    FROM metric
  )
  INSERT INTO metric_summary SELECT run, key, count,
    max(value) FILTER (WHERE last = 1), max(step) FILTER (WHERE last = 1), max(at) FILTER (WHERE last = 1),
    max(value) FILTER (WHERE min = 1), max(step) FILTER (WHERE min = 1 AND value IS NOT NULL),
    max(at) FILTER (WHERE min = 1 AND value IS NOT NULL),
    max(value) FILTER (WHERE max = 1), max(step) FILTER (WHERE max = 1 AND value IS NOT NULL),
    max(at) FILTER (WHERE max = 1 AND value IS NOT NULL)
  FROM place GROUP BY run, key, count;
  CREATE INDEX metric_summary_by_last ON metric_summary (key, last);
  `,
  `
  CREATE TABLE model_use (id TEXT PRIMARY KEY, model TEXT NOT NULL, version TEXT NOT NULL, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX model_use_by_model ON model_use (model, id);
  `,
  `
  -- What is not said of an input is NULL rather than ''.
  CREATE TABLE data (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, name TEXT NOT NULL, version TEXT, source TEXT, digest TEXT, context TEXT
  ) STRICT;
  INSERT INTO data (run, name, version, source, digest)
    SELECT run, name, nullif(version, ''), nullif(source, ''), nullif(digest, '') FROM run_input ORDER BY run, name;
  DROP TABLE run_input;
  ALTER TABLE data RENAME TO run_input;
  CREATE INDEX run_input_by_run ON run_input (run);
  CREATE INDEX tracked_run_by_start ON tracked_run (started_at);
  CREATE INDEX tracked_run_by_parent ON tracked_run (parent) WHERE parent IS NOT NULL;

  CREATE TABLE version_param (
    version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (version, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO version_param SELECT v.id, j.key, j.value FROM model_version v, json_each(v.params) j;
  CREATE TABLE version_metric (
    version INTEGER NOT NULL, key TEXT NOT NULL, value ANY, PRIMARY KEY (version, key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO version_metric SELECT v.id, j.key, CASE j.value
    WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 WHEN '-0' THEN -0.0 WHEN 'NaN' THEN NULL ELSE CAST(j.value AS REAL) END
    FROM model_version v, json_each(v.metrics) j;
  ALTER TABLE model_version DROP COLUMN params;
  ALTER TABLE model_version DROP COLUMN metrics;
  `,
  `
  -- Of registries that keep no history of their own. Only ever added to.
  CREATE TABLE registry_change (
    registry TEXT NOT NULL, model TEXT NOT NULL, number INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (registry, model, number)
  ) STRICT, WITHOUT ROWID;
  `,
];
