create table if not exists strategy_bundle (
  version @int primary key,
  manifest @bytes not null,
  signature @bytes not null,
  body @bytes not null,
  note text not null,
  made_at @int not null,
  made_by @id,
  in_force_at @int not null,
  -- the version it brings back, when it is no new one
  brings_back @int,
  -- who gets it: so many of a hundred nodes, and those of these branches (JSON)
  percent @int not null,
  branches text not null,
  halted_at @int
) @strict;
create table if not exists strategy_node (
  node_id @id not null references branch_node (id),
  version @int not null references strategy_bundle (version),
  released_at @int not null,
  received_at @int,
  in_force_at @int,
  -- the word with which the node has refused it, or empty
  refused text not null default '',
  primary key (node_id, version)
) @clustered;
create table if not exists strategy_work (
  command_id @id primary key,
  node_id @id not null references branch_node (id),
  command text not null,
  actor_id @id not null,
  done_at @int not null,
  -- the version it was done under, and the one the node should have had; 0 for none
  version @int not null,
  due @int not null,
  is_stale @int not null
) @strict;
create index if not exists strategy_work_stale on strategy_work (is_stale, done_at);
create table if not exists strategy_held (
  version @int primary key,
  -- waiting, in_force
  state text not null,
  manifest @bytes not null,
  signature @bytes not null,
  body @bytes not null,
  received_at @int not null,
  in_force_at @int not null,
  switched_at @int
) @strict;
create table if not exists pending_strategy (
  command_id @id primary key,
  version @int not null
) @strict;
