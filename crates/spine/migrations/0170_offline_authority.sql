create table if not exists offline_limit (
  id @id primary key,
  -- its name, or * for every one that has no limit of its own
  command text not null,
  -- the key of a role, or empty
  role text not null,
  currency text not null,
  floor_minor @int not null,
  threshold_minor @int not null,
  pick_bp @int not null,
  pick_max_bp @int not null,
  lower_count @int not null,
  upper_count @int not null,
  client_day_minor @int not null,
  person_day_minor @int not null,
  -- up to which sum a supervisor lifts it; null: nobody does
  lift_minor @int,
  updated_at @int not null
) @strict;
create unique index if not exists offline_limit_of on offline_limit (command, role, currency);
create table if not exists offline_spent (
  command_id @id not null,
  currency text not null,
  command text not null,
  actor_id @id not null,
  client_id @id,
  amount_minor @int not null,
  at @int not null,
  -- 1: chance had picked it out, and there was nobody to ask
  picked @int not null,
  supervisor_id @id,
  pre_approval_id @id,
  primary key (command_id, currency)
) @strict;
create index if not exists offline_spent_client on offline_spent (client_id, at);
create index if not exists offline_spent_actor on offline_spent (actor_id, at);
create index if not exists offline_spent_pre_approval on offline_spent (pre_approval_id);
create table if not exists staff_pin (
  staff_id @id primary key references staff (id),
  pin_hash text not null,
  set_at @int not null
) @strict;
create table if not exists pin_attempt (
  staff_id @id primary key,
  failures @int not null,
  locked_until @int
) @strict;
create table if not exists pre_approval (
  id @id primary key,
  client_id @id not null,
  command text not null,
  amount_minor @int not null,
  currency text not null,
  until @int not null,
  granted_by @id,
  granted_at @int not null,
  signature @bytes not null,
  -- the command it was used for
  used_by @id,
  used_at @int
) @strict;
create index if not exists pre_approval_client on pre_approval (client_id);
