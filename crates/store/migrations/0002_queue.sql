create table if not exists job (
  id @id primary key,
  kind text not null,
  unique_key text,
  payload text not null,
  state text not null check (state in ('ready', 'running', 'done', 'dead')),
  run_at @int not null,
  attempts @int not null,
  locked_until @int,
  locked_by @id,
  last_error text,
  progress_done @int not null default 0,
  progress_total @int not null default 0,
  result text,
  created_by @id,
  created_at @int not null,
  finished_at @int
) @strict;
create unique index if not exists job_unique on job (kind, unique_key) where state in ('ready', 'running');
create index if not exists job_due on job (state, run_at);
create index if not exists job_created on job (created_at);
create table if not exists outbox (
  id @id primary key,
  cause @id not null,
  channel text not null,
  recipient text not null,
  payload text not null,
  state text not null check (state in ('ready', 'sent', 'dead')),
  run_at @int not null,
  attempts @int not null,
  last_error text,
  created_at @int not null,
  sent_at @int
) @strict;
create unique index if not exists outbox_once on outbox (cause, channel, recipient);
create index if not exists outbox_due on outbox (state, run_at);
create table if not exists blob (
  hash @bytes primary key,
  size @int not null,
  content @bytes not null
) @strict;
create table if not exists node_setting (
  name text primary key,
  value text not null
) @strict;
