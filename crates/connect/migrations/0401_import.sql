create table if not exists import_run (
  id @id primary key,
  title text not null,
  mapping text not null,
  state text not null check (state in ('draft', 'waiting', 'running', 'done', 'failed')),
  dry_run @int not null default 0,
  job_id @id,
  summary text not null default '{}',
  problem text not null default '',
  rejects @bytes,
  created_by @id references staff (id),
  created_at @int not null,
  started_at @int,
  finished_at @int
) @strict;
create index if not exists import_run_created on import_run (created_at, id);
create table if not exists import_file (
  import_id @id not null references import_run (id),
  name text not null,
  size @int not null,
  hash @bytes not null,
  primary key (import_id, name)
) @clustered;
