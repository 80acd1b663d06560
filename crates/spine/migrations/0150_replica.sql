create table if not exists pending_command (
  seq @serial,
  id @id not null unique,
  name text not null,
  payload text not null,
  actor_id @id not null,
  channel text not null,
  at @int not null,
  -- how it ended at the centre: accepted, refused, waits; null while that is not known
  outcome text,
  code text not null default '',
  answer text not null default '',
  -- in which answer of the centre; null while it was not answered
  answered_in @int,
  -- 1: what it changed here stands on top of what the centre has sent
  is_on_top @int not null
) @strict;
create index if not exists pending_command_on_top on pending_command (is_on_top, seq);
create table if not exists incoming_rows (
  ordinal @serial,
  body @bytes not null
) @strict;
create table if not exists branch_node (
  id @id primary key,
  branch_id @id not null references branch (id),
  name text not null unique,
  state text not null,
  code_hash @bytes,
  code_until @int,
  made_at @int not null,
  made_by @id,
  sign_key @bytes,
  seal_key @bytes,
  enrolled_at @int,
  revoked_at @int,
  lease_hours @int not null,
  lease_until @int,
  seen_at @int,
  clock_at @int,
  program text not null default '',
  pending @int not null default 0,
  oldest_at @int,
  replica_at @int,
  heard @int not null default 0
) @strict;
create table if not exists branch_node_client (
  node_id @id not null references branch_node (id),
  client_id @id not null,
  -- the answer that brought him, or tells that he has left
  in_answer @id not null,
  -- sent, has, leaves
  state text not null,
  primary key (node_id, client_id)
) @clustered;
create index if not exists branch_node_client_answer on branch_node_client (node_id, in_answer);
create table if not exists branch_refusal (
  id @id primary key,
  node_id @id not null references branch_node (id),
  branch_id @id not null references branch (id),
  command text not null,
  payload text not null,
  actor_id @id not null,
  client_id @id,
  done_at @int not null,
  refused_at @int not null,
  code text not null,
  answer text not null,
  state text not null,
  decided_at @int,
  decided_by @id,
  note text not null default ''
) @strict;
create index if not exists branch_refusal_open on branch_refusal (branch_id, state, refused_at);
create index if not exists branch_refusal_client on branch_refusal (client_id);
